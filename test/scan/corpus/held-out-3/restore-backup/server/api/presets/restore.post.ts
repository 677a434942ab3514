// writes: 15 supabase-upsert
import { serverSupabaseClient, serverSupabaseUser } from '#supabase/server';

export default defineEventHandler(async event => {
  const user = await serverSupabaseUser(event);
  const client = await serverSupabaseClient(event);
  const { presets } = await readBody(event);
  const rows = presets.map((preset: any) => ({
    id: preset.id,
    name: preset.name,
    parameters: preset.parameters,
    usage_count: Number(preset.usage_count ?? 0),
    user_id: user!.id,
  }));
  const { error } = await client.from('presets').upsert(rows, { onConflict: 'id' });
  if (error) throw createError({ statusCode: 500, statusMessage: error.message });
  return { restored: rows.length };
});
