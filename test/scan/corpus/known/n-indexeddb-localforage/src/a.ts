// writes: none
import { openDB } from 'idb';
const db = await openDB('studio', 1);
export async function bump(id: string) {
  const tx = db.transaction('presets', 'readwrite');
  const preset = await tx.store.get(id);
  await tx.store.put({ ...preset, usage_count: preset.usage_count + 1 });
}
