// writes: none
import { eq, sql } from 'drizzle-orm';
import { db } from './db';
import * as schema from './schema';

const TABLE = 'brushes';

export async function brushUsed(id: string) {
  const table = schema[TABLE];
  await db.update(table).set({ usageCount: sql`${table.usageCount} + 1` }).where(eq(table.id, id));
}
