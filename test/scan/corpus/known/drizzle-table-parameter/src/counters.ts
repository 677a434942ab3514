// writes: 7 query-builder
import { eq, sql } from 'drizzle-orm';
import { db } from './db';
import type { Counted } from './types';

export const bump = (table: Counted, id: string) =>
  db.update(table).set({ usageCount: sql`${table.usageCount} + 1` }).where(eq(table.id, id));
