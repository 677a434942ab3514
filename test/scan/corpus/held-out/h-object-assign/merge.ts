// writes: 4 supabase-upsert
export async function persist(supabase, preset, extra) {
  const body = Object.assign({}, extra, { usage_count: preset.usage_count + 1 });
  return supabase.from("presets").upsert(body);
}
