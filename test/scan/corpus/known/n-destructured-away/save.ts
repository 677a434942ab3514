// writes: none
export async function save(supabase, preset: Preset) {
  const { usage_count, last_used_at, ...editable } = preset;
  await supabase.from('presets').update(editable).eq('id', preset.id);
  return usage_count;
}
