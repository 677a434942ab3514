// writes: none
export async function rename(supabase, id: string, name: string) {
  const { data } = await supabase
    .from('presets')
    .update({ name, updated_at: new Date().toISOString() })
    .eq('id', id)
    .select('id, name, usage_count')
    .single();
  return data.usage_count;
}
