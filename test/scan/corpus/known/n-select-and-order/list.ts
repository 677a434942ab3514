// writes: none
export async function popular(supabase) {
  const { data } = await supabase
    .from('presets')
    .select('id, name, usage_count')
    .gt('usage_count', 0)
    .order('usage_count', { ascending: false })
    .limit(10);
  return data;
}
