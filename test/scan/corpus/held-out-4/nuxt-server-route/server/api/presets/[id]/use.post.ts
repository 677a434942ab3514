// writes: 14 supabase-update
import { serverSupabaseClient, serverSupabaseUser } from '#supabase/server';

export default defineEventHandler(async (event) => {
  const id = getRouterParam(event, 'id');
  const user = await serverSupabaseUser(event);
  if (!user) throw createError({ statusCode: 401, statusMessage: 'Sign in first' });

  const client = await serverSupabaseClient(event);
  const { data: preset, error } = await client.from('presets').select('id, usage_count').eq('id', id).single();
  if (error) throw createError({ statusCode: 404, statusMessage: error.message });

  const usageCount = preset.usage_count + 1;
  await client.from('presets').update({ usage_count: usageCount }).eq('id', preset.id);

  setResponseStatus(event, 201);
  return { id: preset.id, usageCount };
});
