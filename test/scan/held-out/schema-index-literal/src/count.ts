// writes: 10 query-builder
import { eq, sql } from 'drizzle-orm';
import { db } from './db';
import * as schema from './schema';

type Countable = 'presets' | 'templates';

async function count(kind: Countable, id: string) {
  const table = schema[kind];
  await db.update(table).set({ usageCount: sql`${table.usageCount} + 1` }).where(eq(table.id, id));
}

export const countPreset = (id: string) => count('presets', id);
