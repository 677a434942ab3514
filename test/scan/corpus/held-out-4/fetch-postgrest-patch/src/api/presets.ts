// writes: 21 postgrest
const BASE = `${import.meta.env.VITE_SUPABASE_URL}/rest/v1`;
const KEY = import.meta.env.VITE_SUPABASE_ANON_KEY;

function headers(token: string) {
  return {
    apikey: KEY,
    Authorization: `Bearer ${token}`,
    'Content-Type': 'application/json',
  };
}

export async function getPreset(id: string, token: string) {
  const response = await fetch(`${BASE}/presets?id=eq.${id}&select=id,name,usage_count`, { headers: headers(token) });
  const [preset] = await response.json();
  return preset;
}

export async function countUse(id: string, token: string) {
  const preset = await getPreset(id, token);
  const response = await fetch(`${BASE}/presets?id=eq.${id}`, {
    method: 'PATCH',
    headers: { ...headers(token), Prefer: 'return=minimal' },
    body: JSON.stringify({ usage_count: preset.usage_count + 1 }),
  });
  if (!response.ok) throw new Error(`PostgREST answered ${response.status}`);
}
