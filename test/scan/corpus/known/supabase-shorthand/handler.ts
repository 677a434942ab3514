// writes: 5 supabase-update
export const handler = async (db, id: string) => {
  const { data } = await db.from('presets').select('usage_count').eq('id', id).single();
  const usage_count = (data.usage_count || 0) + 1;
  await db.from('presets').update({ usage_count }).eq('id', id);
};
