// writes: 9 sql, 13 sql, 17 sql
import { sql } from 'slonik';
import { z } from 'zod';

const none = z.object({});

export async function typed(tx: { query: (query: unknown) => Promise<void> }, id: string) {
  await tx.query(
    sql.type(none)`UPDATE presets SET usage_count = usage_count + 1 WHERE id = ${id}`,
  );
}
export async function named(tx: { query: (query: unknown) => Promise<void> }, id: string) {
  await tx.query(sql.typeAlias('void')`UPDATE presets SET usage_count = 0 WHERE id = ${id}`);
}

export async function withOptions(ctx: { db: (options: object) => TemplateTag }, id: string, n: number) {
  await ctx.db({ prepare: false })`UPDATE presets SET usage_count = usage_count + ${n} WHERE id = ${id}`;
}

export async function read(tx: { one: (query: unknown) => Promise<object> }, id: string) {
  return tx.one(sql.type(z.object({ usage_count: z.number() }))`SELECT usage_count FROM presets WHERE id = ${id}`);
}
