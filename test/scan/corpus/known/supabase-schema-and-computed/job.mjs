// writes: 4 supabase-update
const COUNTER = 'usage_count';
export async function run(supabase, row) {
  await supabase.schema('public').from('presets').update({ [COUNTER]: row[COUNTER] + 1 }).eq('id', row.id);
}
