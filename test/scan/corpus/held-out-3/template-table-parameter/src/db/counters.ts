// writes: 6 sql
import type { Pool } from 'pg';

export async function bump(pool: Pool, table: string, id: string): Promise<number> {
  const { rows } = await pool.query(
    `UPDATE ${table} SET usage_count = usage_count + 1, last_used_at = now() WHERE id = $1 RETURNING usage_count`,
    [id],
  );
  return rows[0]?.usage_count ?? 0;
}
