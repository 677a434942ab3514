// writes: 19 sql
import { pool } from './db';

interface Use {
  presetId: string;
  userId: string;
  type?: string;
}

export async function recordPresetUse({ presetId, userId, type = 'apply' }: Use) {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query(
      'INSERT INTO preset_usage (preset_id, user_id, usage_type) VALUES ($1, $2, $3)',
      [presetId, userId, type],
    );
    const { rows } = await client.query<{ usage_count: number }>(
      `UPDATE presets
          SET usage_count = usage_count + 1,
              last_used_at = NOW()
        WHERE id = $1
        RETURNING usage_count`,
      [presetId],
    );
    await client.query('COMMIT');
    return rows[0]?.usage_count ?? 0;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

export async function usesOfUser(userId: string) {
  const { rows } = await pool.query(
    `SELECT p.id, p.name, p.usage_count, COUNT(u.id)::int AS mine
       FROM presets p
       JOIN preset_usage u ON u.preset_id = p.id
      WHERE u.user_id = $1
      GROUP BY p.id`,
    [userId],
  );
  return rows;
}
