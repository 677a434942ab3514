// writes: 8 query-builder
import { eq, sql } from 'drizzle-orm';
import { db } from './db';
import * as schema from './schema';

const TABLE = 'presets';
export const use = (id: string, n: number) =>
  db.update(schema[TABLE]).set({ usageCount: n + 1 }).where(eq(schema[TABLE].id, id));
