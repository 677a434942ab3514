// writes: none
import { db } from './db';

export async function useOffline(id: string) {
  const preset = await db.presets.get(id);
  if (!preset) return;
  await db.presets.update(id, { usage_count: preset.usage_count + 1 });
}

export const mostUsed = () => db.presets.orderBy('usage_count').reverse().limit(10).toArray();
