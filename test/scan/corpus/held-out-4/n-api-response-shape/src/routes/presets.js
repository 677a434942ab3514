// writes: none
import express from 'express';
import { pool } from '../db.js';
import { trackPresetUse } from '../usage.js';

export const router = express.Router();

const toJson = (row, extra = {}) => ({ ...row, usage_count: Number(row.usage_count ?? 0), ...extra });

router.get('/presets', async (_req, res) => {
  const { rows } = await pool.query('SELECT id, name, usage_count FROM presets ORDER BY usage_count DESC LIMIT 50');
  res.json(rows.map((row) => toJson(row)));
});

router.post('/presets/:id/use', async (req, res) => {
  const { rows } = await pool.query('SELECT id, name, usage_count FROM presets WHERE id = $1', [req.params.id]);
  if (rows.length === 0) return res.status(404).json({ error: 'unknown preset' });

  await trackPresetUse(rows[0].id, req.user.id);

  // The trigger has counted by now; the row above is one use old.
  return res.json(toJson(rows[0], { usage_count: Number(rows[0].usage_count) + 1 }));
});
