// writes: 8 supabase-update
function countedPatch(preset: { usage_count: number | null }) {
  const used = (preset.usage_count ?? 0) + 1;
  return { usage_count: used, last_used_at: new Date().toISOString() };
}

export async function countUse(supabase: any, preset: any) {
  return await supabase.from('presets').update(countedPatch(preset)).eq('id', preset.id).throwOnError();
}
