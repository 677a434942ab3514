// writes: 10 supabase-update
const { supabase } = require('./db');

module.exports.touch = async function touch(preset, countIt) {
  const changes = {};
  changes.last_used_at = new Date().toISOString();
  if (countIt) {
    changes.usage_count = preset.usage_count + 1;
  }
  return supabase.from('presets').update(changes).eq('id', preset.id).select();
};
