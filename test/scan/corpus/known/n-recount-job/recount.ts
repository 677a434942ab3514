// writes: none
export async function recount(supabase, presetId: string) {
  const { count } = await supabase
    .from('preset_usage')
    .select('*', { count: 'exact', head: true })
    .eq('preset_id', presetId);
  await supabase.from('presets').update({ usage_count: count }).eq('id', presetId);
}
