// writes: 6 supabase-update
async function setField(id: string, field: string, value: unknown) {
  await supabase.from('presets').update({ [field]: value }).eq('id', id);
}
export async function used(preset: Preset) {
  await setField(preset.id, 'usage_count', preset.usage_count + 1);
  await setField(preset.id, 'last_used_at', new Date());
}
