// writes: none
export async function generate(supabase, preset) {
  const out = await run(preset);
  // Removed: the trigger does this now.
  // await supabase.from('presets').update({ usage_count: preset.usage_count + 1 }).eq('id', preset.id);
  /*
   * await supabase.rpc('increment_preset_usage_count', { preset_id: preset.id });
   */
  return out;
}
