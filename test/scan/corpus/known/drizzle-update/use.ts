// writes: 9 query-builder
import { eq, sql } from 'drizzle-orm';
import { db } from './db';
import { presets } from './schema';

export async function use(id: string) {
  await db
    .update(presets)
    .set({ usageCount: sql`${presets.usageCount} + 1` })
    .where(eq(presets.id, id));
}
