// writes: none
import { pool } from './pool.mjs';

export async function rename(id, name) {
  const { rows } = await pool.query(
    'UPDATE presets SET name = $2, updated_at = now() WHERE id = $1 AND usage_count >= 0 RETURNING id, name, usage_count',
    [id, name],
  );
  return rows[0] ?? null;
}
