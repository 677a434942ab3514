// writes: none
export async function GET() {
  const { data } = await supabase.from('presets').select('id, usage_count');
  return Response.json({ presets: data.map(p => ({ ...p, usage_count: p.usage_count ?? 0 })) });
}
