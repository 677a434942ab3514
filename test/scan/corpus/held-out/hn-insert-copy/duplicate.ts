// writes: none
export async function duplicate(sb, id: string) {
  const { data } = await sb.from('presets').select('*').eq('id', id).single();
  const { id: _, created_at, ...rest } = data;
  return sb.from('presets').insert({ ...rest, name: `${data.name} (copy)`, usage_count: 0 }).select().single();
}
