// writes: 14 sql
import { pool } from '../pool.js';

/**
 * One round trip: the record and the counter.
 */
export async function recordUse({ presetId, userId, source }) {
  const { rows } = await pool.query(
    `WITH used AS (
       INSERT INTO preset_usage (preset_id, user_id, source)
       VALUES ($1, $2, $3)
       RETURNING preset_id
     )
     UPDATE presets
        SET usage_count = presets.usage_count + 1
       FROM used
      WHERE presets.id = used.preset_id
     RETURNING presets.id, presets.usage_count`,
    [presetId, userId, source],
  );
  return rows[0] ?? null;
}

export async function recentUses(presetId) {
  const { rows } = await pool.query(
    'SELECT user_id, source, created_at FROM preset_usage WHERE preset_id = $1 ORDER BY created_at DESC LIMIT 20',
    [presetId],
  );
  return rows;
}
