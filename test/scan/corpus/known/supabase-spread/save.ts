// writes: 5 supabase-update
export async function save(supabase: any, preset: any) {
  const base = { name: preset.name, prompt: preset.prompt };
  const counted = { ...base, usage_count: preset.usage_count + 1 };
  await supabase.from('presets').update({ ...counted, updated_by: 'me' }).match({ id: preset.id });
}
