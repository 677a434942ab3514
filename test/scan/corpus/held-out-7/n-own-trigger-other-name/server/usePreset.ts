// writes: none
import { pool } from './pool';

export async function usePreset(presetId: string, userId: string): Promise<number> {
  await pool.query('INSERT INTO preset_usage (preset_id, user_id) VALUES ($1, $2)', [presetId, userId]);
  const { rows } = await pool.query<{ usage_count: number }>('SELECT usage_count FROM presets WHERE id = $1', [presetId]);
  return rows[0].usage_count;
}
