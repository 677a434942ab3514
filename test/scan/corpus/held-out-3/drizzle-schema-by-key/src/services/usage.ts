// writes: 10 query-builder
import { eq, sql } from 'drizzle-orm';
import { db } from '../db';
import * as schema from '../db/schema';

const key = 'presets' as const;

export async function recordUse(id: string) {
  const table = schema[key];
  await db.update(table).set({ usageCount: sql`${table.usageCount} + 1` }).where(eq(table.id, id));
}
