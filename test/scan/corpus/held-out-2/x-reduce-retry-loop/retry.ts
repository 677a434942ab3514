// writes: 7 supabase-update
export async function optimistic(sb, id) {
  for (let attempt = 0; attempt < 3; attempt++) {
    const { data } = await sb.from('presets').select('usage_count').eq('id', id).single();
    const { data: done } = await sb
      .from('presets')
      .update({ usage_count: data.usage_count + 1 })
      .eq('id', id)
      .eq('usage_count', data.usage_count)
      .select();
    if (done.length) return;
  }
}
