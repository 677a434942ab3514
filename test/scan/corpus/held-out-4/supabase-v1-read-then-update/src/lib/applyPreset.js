// writes: 18 supabase-update
import { createClient } from '@supabase/supabase-js';

const supabase = createClient(process.env.REACT_APP_SUPABASE_URL, process.env.REACT_APP_SUPABASE_ANON_KEY);

export async function applyPreset(presetId, canvas) {
  const { data: preset, error } = await supabase
    .from('presets')
    .select('id, settings, usage_count')
    .match({ id: presetId })
    .single();
  if (error) throw error;

  canvas.setFilters(preset.settings);

  const user = supabase.auth.user();
  await supabase.from('preset_usage').insert({ preset_id: presetId, user_id: user.id }, { returning: 'minimal' });
  await supabase.from('presets').update({ usage_count: (preset.usage_count || 0) + 1 }, { returning: 'minimal' }).match({ id: presetId });
  return preset;
}
