// writes: none
import { createRxDatabase } from 'rxdb';
export async function bump(id: string) {
  const db = await createRxDatabase({ name: 'studio' });
  const preset = await db.presets.findOne(id).exec();
  await preset.patch({ usage_count: preset.usage_count + 1 });
}
