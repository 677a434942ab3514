// writes: 8 query-builder
import { eq } from 'drizzle-orm';
import { db } from './db';
import { presets } from './schema';

export async function move(id: string, folderId: string) {
  const [row] = await db.select().from(presets).where(eq(presets.id, id));
  await db.update(presets).set({ ...row, folderId }).where(eq(presets.id, id));
}
