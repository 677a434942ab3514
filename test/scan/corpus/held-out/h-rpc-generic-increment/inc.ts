// writes: 3 rpc
export const inc = (supabase, id) =>
  supabase.rpc('increment', { table_name: 'presets', column_name: 'usage_count', row_id: id, amount: 1 });
