// writes: none
async function save(supabase, preset) {
  const body = { name: preset.name, usage_count: preset.usage_count };
  delete body.usage_count;
  await supabase.from('presets').update(body).eq('id', preset.id);
}
module.exports = save;
