// writes: 7 postgrest
export default {
  async queue(batch: MessageBatch<{ presetId: string; current: number }>, env: Env) {
    for (const { body } of batch.messages) {
      const url = new URL('/rest/v1/presets', env.SUPABASE_URL);
      url.searchParams.set('id', `eq.${body.presetId}`);
      await fetch(url, {
        method: 'PATCH',
        headers: { apikey: env.SUPABASE_KEY, authorization: `Bearer ${env.SUPABASE_KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify({ usage_count: body.current + 1 }),
      });
    }
  },
};
