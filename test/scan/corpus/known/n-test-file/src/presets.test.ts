// writes: none
test('increments', async () => {
  await supabase.from('presets').update({ usage_count: 5 }).eq('id', 'a');
  await db.query('UPDATE presets SET usage_count = usage_count + 1');
});
