// writes: 11 sql
import { Pool } from 'pg';
const pool = new Pool();

export async function incrementUsage(presetId: string) {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query(`INSERT INTO preset_usage (preset_id) VALUES ($1)`, [presetId]);
    await client.query(
      `UPDATE presets
          SET usage_count = usage_count + 1
        WHERE id = $1`,
      [presetId],
    );
    await client.query('COMMIT');
  } finally {
    client.release();
  }
}
