// writes: none
import { db } from './local';

export async function useLocally(id: string) {
  const preset = await db.presets.get(id);
  await db.presets.update(id, { usage_count: (preset?.usage_count ?? 0) + 1 });
  await db.table('presets').update(id, { usage_count: 0 });
}
