// writes: 19 postgrest
import type { APIRoute } from 'astro';

export const prerender = false;

const base = import.meta.env.SUPABASE_URL;
const key = import.meta.env.SUPABASE_SERVICE_ROLE_KEY;
const headers = {
  apikey: key,
  authorization: `Bearer ${key}`,
  'content-type': 'application/json',
};

export const POST: APIRoute = async ({ params }) => {
  const found = await fetch(`${base}/rest/v1/presets?id=eq.${params.id}&select=id,usage_count`, { headers });
  const [preset] = await found.json();
  if (!preset) return new Response(null, { status: 404 });

  const saved = await fetch(`${base}/rest/v1/presets?id=eq.${preset.id}`, {
    method: 'PATCH',
    headers: { ...headers, prefer: 'return=minimal' },
    body: JSON.stringify({ usage_count: preset.usage_count + 1 }),
  });
  if (!saved.ok) return new Response('not counted', { status: 502 });

  return new Response(null, { status: 204 });
};
