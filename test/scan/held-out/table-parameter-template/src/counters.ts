// writes: 5 sql
import type { Pool } from 'pg';

async function increment(pool: Pool, table: string, id: string) {
  await pool.query(`UPDATE ${table} SET usage_count = usage_count + 1 WHERE id = $1`, [id]);
}

export const presetUsed = (pool: Pool, id: string) => increment(pool, 'presets', id);
export const templateUsed = (pool: Pool, id: string) => increment(pool, 'templates', id);
