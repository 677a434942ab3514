// writes: 9 supabase-upsert
type Row = { id: string; usage_count: number };

export async function flush(supabase, pending: Map<string, number>, current: Row[]) {
  const rows = current.map(row => ({
    id: row.id,
    usage_count: row.usage_count + (pending.get(row.id) ?? 0),
  }));
  const { error } = await supabase.from('presets').upsert(rows, { onConflict: 'id' });
  if (error) throw error;
}
