// writes: 6 supabase-update
export async function duplicate(supabase, presetId: string, owner: string) {
  const { data: original } = await supabase.from('presets').select('*').eq('id', presetId).single();
  const { id, created_at, ...copy } = original;

  return supabase.from('presets').insert({ ...copy, owner, name: `${original.name} (copy)` });
}
