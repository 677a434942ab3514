// writes: 28 postgrest
import { SUPABASE_ANON_KEY, SUPABASE_URL } from '@env';
import { getAccessToken } from './session';

async function headers() {
  const token = await getAccessToken();
  return {
    apikey: SUPABASE_ANON_KEY,
    Authorization: `Bearer ${token}`,
    'Content-Type': 'application/json',
  };
}

export interface Preset {
  id: string;
  name: string;
  usage_count: number;
}

export async function listPresets(): Promise<Preset[]> {
  const response = await fetch(`${SUPABASE_URL}/rest/v1/presets?select=id,name,usage_count&order=usage_count.desc`, {
    headers: await headers(),
  });
  return response.json();
}

export async function markUsed(preset: Preset): Promise<void> {
  const response = await fetch(`${SUPABASE_URL}/rest/v1/presets?id=eq.${preset.id}`, {
    method: 'PATCH',
    headers: { ...(await headers()), Prefer: 'return=minimal' },
    body: JSON.stringify({ usage_count: preset.usage_count + 1 }),
  });
  if (!response.ok) throw new Error(`PATCH failed with ${response.status}`);
}
