// writes: 3 postgrest
export const bump = (id: string, count: number) =>
  fetch(`${process.env.SUPABASE_URL}/rest/v1/presets?id=eq.${id}`, {
    method: 'PATCH',
    headers: { apikey: process.env.KEY!, 'Content-Type': 'application/json' },
    body: JSON.stringify({ usage_count: count + 1 }),
  })
