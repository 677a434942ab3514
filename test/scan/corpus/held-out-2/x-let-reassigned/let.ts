// writes: 10 supabase-update
export async function go(sb, p) {
  let patch: Record<string, unknown>;
  if (p.archived) {
    patch = { restored: true };
  } else {
    patch = { usage_count: p.usage_count + 1 };
  }
  const query = sb.from('presets');
  await query.update(patch).eq('id', p.id);
}
