// writes: none
export async function apply(supabase, preset) {
  const changes: Record<string, unknown> = { last_opened_at: new Date() };
  await supabase.from('presets').update(changes).eq('id', preset.id);
  changes.usage_count = preset.usage_count + 1;
  return { ...preset, ...changes };
}
