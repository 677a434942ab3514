// writes: none
import { pool } from './pool';

export async function bumpCounter(table: string, id: string) {
  await pool.query(`UPDATE ${table} SET usage_count = usage_count + 1 WHERE id = $1`, [id]);
}
export const touch = (table: string) => pool.query(`UPDATE ${table} SET updated_at = now() WHERE usage_count > 0`);
export const useStyle = (id: string) => bumpCounter('styles', id);
export const touchPresets = () => touch('presets');
