// writes: none
import { eq, sql } from 'drizzle-orm';
import { db } from '../db';
import * as schema from '../db/schema';

export async function useBrush(id: string) {
  await db.update(schema.brushes).set({ usageCount: sql`${schema.brushes.usageCount} + 1` }).where(eq(schema.brushes.id, id));
}

export const popularPresets = () => db.select().from(schema.presets).orderBy(sql`${schema.presets.usageCount} desc`).limit(12);
