// writes: 20 sql
import { createPool, sql } from 'slonik';
import { z } from 'zod';

type Batch = Map<string, number>;

const pending: Batch = new Map();

export function countUse(presetId: string): void {
  pending.set(presetId, (pending.get(presetId) ?? 0) + 1);
}

export async function flush(connectionString: string): Promise<number> {
  const pool = await createPool(connectionString);
  const entries = [...pending.entries()];
  pending.clear();

  await pool.transaction(async (tx) => {
    for (const [id, n] of entries) {
      await tx.query(sql.type(z.object({}))`UPDATE presets SET usage_count = usage_count + ${n} WHERE id = ${id}`);
    }
  });

  await pool.end();
  return entries.length;
}
