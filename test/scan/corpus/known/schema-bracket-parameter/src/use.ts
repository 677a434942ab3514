// writes: 8 query-builder
import { eq, sql } from 'drizzle-orm';
import { db } from './db';
import * as schema from './schema';

async function increment(table: 'looks' | 'styles', id: string) {
  const target = schema[table];
  await db.update(schema[table]).set({ usageCount: sql`${target.usageCount} + 1` }).where(eq(target.id, id));
}
export const useLook = (id: string) => increment('looks', id);
export const useStyle = (id: string) => increment('styles', id);
