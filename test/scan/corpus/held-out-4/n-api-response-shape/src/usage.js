// writes: none
import { pool } from './db.js';

export async function trackPresetUse(presetId, userId) {
  await pool.query('INSERT INTO preset_usage (preset_id, user_id) VALUES ($1, $2)', [presetId, userId]);
}
