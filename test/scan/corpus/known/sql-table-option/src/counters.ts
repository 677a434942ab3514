// writes: 7 sql
import { sql } from 'drizzle-orm';
import { db } from './db';

interface Options { table: string; by: number }
export async function bumpTable(options: Options) {
  await db.execute(sql`UPDATE ${sql.identifier(options.table)} SET usage_count = usage_count + ${options.by}`);
}
export const bumpPresets = () => bumpTable({ table: 'presets', by: 1 });
export const bumpStyles = () => bumpTable({ table: 'styles', by: 1 });
