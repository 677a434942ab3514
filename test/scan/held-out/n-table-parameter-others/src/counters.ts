// writes: none
import { pool } from './pool';

async function increment(table: string, id: string) {
  await pool.query(`UPDATE ${table} SET usage_count = usage_count + 1 WHERE id = $1`, [id]);
}

export const couponUsed = (id: string) => increment('coupons', id);
export const templateUsed = (id: string) => increment('templates', id);
