// writes: none
export async function createPreset(supabase, input) {
  const { data, error } = await supabase
    .from('presets')
    .insert({ ...input, usage_count: 0, last_used_at: null })
    .select()
    .single();
  if (error) throw error;
  return data;
}
