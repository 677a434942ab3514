// writes: none
import type { MiddlewareHandler } from 'hono';
import { admin } from '../supabase';

export const apiKey: MiddlewareHandler = async (c, next) => {
  const secret = c.req.header('x-api-key');
  if (!secret) return c.json({ error: 'An API key is required' }, 401);

  const { data: key } = await admin.from('api_keys').select('id, usage_count, usage_limit').eq('secret', secret).maybeSingle();
  if (!key) return c.json({ error: 'Unknown API key' }, 401);
  if (key.usage_count >= key.usage_limit) return c.json({ error: 'The limit of this key is reached' }, 429);

  await admin.rpc('increment_api_key_usage_count', { key_id: key.id });
  c.set('apiKeyId', key.id);
  await next();
};

export async function listPresets(limit: number) {
  const { data } = await admin.from('presets').select('id, name, usage_count').order('usage_count').limit(limit);
  return data ?? [];
}
