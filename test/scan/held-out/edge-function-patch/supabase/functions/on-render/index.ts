// writes: 8 postgrest
const base = Deno.env.get('SUPABASE_URL');
const key = Deno.env.get('SUPABASE_SERVICE_ROLE_KEY')!;
const headers = { apikey: key, Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' };

Deno.serve(async request => {
  const { preset } = await request.json();
  await fetch(`${base}/rest/v1/presets?id=eq.${preset.id}`, { method: 'PATCH', headers, body: JSON.stringify({ usage_count: preset.usage_count + 1 }) });
  return new Response('ok');
});
