// writes: 7 sql
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });

export async function fork(presetId, userId) {
  const text = 'INSERT INTO presets (owner_id, name, prompt, usage_count) SELECT $2, name, prompt, usage_count FROM presets WHERE id = $1 RETURNING id';
  const { rows } = await pool.query(text, [presetId, userId]);
  return rows[0].id;
}
