// writes: 5 postgrest
export default {
  async fetch(request, env) {
    const { id, count } = await request.json();
    await fetch(`${env.SUPABASE_URL}/rest/v1/presets?id=eq.${id}`, {
      method: 'PATCH',
      headers: { apikey: env.KEY, 'Content-Type': 'application/json' },
      body: JSON.stringify({ usage_count: count + 1 }),
    });
    return new Response('ok');
  },
};
