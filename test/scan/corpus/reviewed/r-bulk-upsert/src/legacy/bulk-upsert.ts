// writes: 4 supabase-upsert
export async function flush(supabase: any, rows: any[]) {
  const updates = rows.map((r) => ({ id: r.id, usage_count: r.usage_count + r.pending }))
  await supabase.from('presets').upsert(updates, { onConflict: 'id' })
}
