// writes: 5 sql
import { pool } from './pool';

export async function bumpCounter(table: string, id: string) {
  await pool.query(`UPDATE ${table} SET usage_count = usage_count + 1 WHERE id = $1`, [id]);
}
