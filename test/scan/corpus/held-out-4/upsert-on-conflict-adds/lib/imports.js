// writes: 9 sql
const { Pool } = require('pg');

const pool = new Pool({ connectionString: process.env.DATABASE_URL });

/** A shared link carries a preset; opening it stores the preset, or counts it where it is known. */
async function openSharedPreset({ id, name, settings }) {
  const values = [id, name, JSON.stringify(settings)];
  await pool.query('INSERT INTO presets (id, name, settings, usage_count) VALUES ($1, $2, $3, 1) ON CONFLICT (id) DO UPDATE SET usage_count = presets.usage_count + 1', values);
  const { rows } = await pool.query('SELECT id, name, usage_count FROM presets WHERE id = $1', [id]);
  return rows[0];
}

async function listShared(limit = 50) {
  const { rows } = await pool.query('SELECT id, name FROM presets WHERE shared ORDER BY usage_count DESC LIMIT $1', [limit]);
  return rows;
}

module.exports = { openSharedPreset, listShared };
