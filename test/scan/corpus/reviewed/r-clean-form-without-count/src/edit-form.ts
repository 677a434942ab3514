// writes: none
export async function saveForm(supabase: any, p: Preset, form: FormValues) {
  const { usage_count: _ignored, ...changes } = { ...p, ...form }
  await supabase.from('presets').update(changes).eq('id', p.id)
}
