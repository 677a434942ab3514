// writes: none
import { pool } from './db';

const REDEEM = `
  UPDATE coupons
     SET usage_count = usage_count + 1
   WHERE code = $1
     AND (max_uses IS NULL OR usage_count < max_uses)
  RETURNING discount_percent`;

export async function redeemCoupon(code: string, orderId: string) {
  const { rows } = await pool.query<{ discount_percent: number }>(REDEEM, [code]);
  if (rows.length === 0) throw new Error('Coupon is not valid any more');
  await pool.query('UPDATE orders SET discount_percent = $2 WHERE id = $1', [
    orderId,
    rows[0].discount_percent,
  ]);
  return rows[0].discount_percent;
}

export async function popularPresets(limit: number) {
  const { rows } = await pool.query(
    'SELECT id, name, usage_count FROM presets WHERE usage_count > 0 ORDER BY usage_count DESC LIMIT $1',
    [limit],
  );
  return rows;
}

export async function createPreset(name: string, settings: object) {
  const { rows } = await pool.query(
    'INSERT INTO presets (name, settings) VALUES ($1, $2) RETURNING id, usage_count',
    [name, settings],
  );
  return rows[0];
}
