// writes: none
const BASE = `${import.meta.env.VITE_SUPABASE_URL}/rest/v1`;

function headers(token) {
  return {
    apikey: import.meta.env.VITE_SUPABASE_ANON_KEY,
    Authorization: `Bearer ${token}`,
    'Content-Type': 'application/json',
  };
}

export async function topPresets(token) {
  const response = await fetch(`${BASE}/presets?select=id,name,usage_count&order=usage_count.desc&limit=20`, {
    headers: headers(token),
  });
  return response.json();
}

export async function recordUse(token, presetId, userId) {
  const response = await fetch(`${BASE}/preset_usage`, {
    method: 'POST',
    headers: { ...headers(token), Prefer: 'return=minimal' },
    body: JSON.stringify({ preset_id: presetId, user_id: userId }),
  });
  if (!response.ok) throw new Error(`recording failed: ${response.status}`);
}

export async function renamePreset(token, presetId, name) {
  await fetch(`${BASE}/presets?id=eq.${presetId}`, {
    method: 'PATCH',
    headers: headers(token),
    body: JSON.stringify({ name }),
  });
}
