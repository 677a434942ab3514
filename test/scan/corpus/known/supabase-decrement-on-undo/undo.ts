// writes: 4 supabase-update
export async function undoUse(supabase, usageId: string, preset) {
  await supabase.from('preset_usage').delete().eq('id', usageId);
  await supabase.from('presets').update({ usage_count: Math.max(0, preset.usage_count - 1) }).eq('id', preset.id);
}
