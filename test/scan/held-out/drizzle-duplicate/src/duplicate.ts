// writes: 10 query-builder
import { eq } from 'drizzle-orm';
import { db } from './db/client';
import { presets } from './db/schema';

export async function duplicatePreset(presetId: string, ownerId: string) {
  const [preset] = await db.select().from(presets).where(eq(presets.id, presetId)).limit(1);
  if (!preset) return null;
  const { id, ...copy } = preset;
  return db.insert(presets).values({ ...copy, ownerId, name: `Copy of ${copy.name}` }).returning();
}
