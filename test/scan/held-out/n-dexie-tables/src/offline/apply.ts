// writes: none
import { db } from './db';

export async function applyOffline(id: string) {
  const preset = await db.presets.get(id);
  if (preset) await db.presets.update(id, { usage_count: preset.usage_count + 1 });
}
