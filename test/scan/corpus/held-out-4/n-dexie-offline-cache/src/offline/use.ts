// writes: none
import { offline } from './db';
import { supabase } from '../supabase';

export async function useOffline(id: string) {
  const preset = await offline.presets.get(id);
  if (!preset) return;
  await offline.presets.update(id, { usage_count: preset.usage_count + 1 });
}

export async function refill() {
  const { data } = await supabase.from('presets').select('id, name, usage_count');
  const cached_at = Date.now();
  await offline.presets.bulkPut((data ?? []).map((preset) => ({ ...preset, cached_at })));
}
