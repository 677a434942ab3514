// writes: 16 sql, 29 sql
import { Router } from 'express';
import { pool } from '../db';
import { requireUser } from '../middleware/auth';

export const uses = Router();

uses.post('/presets/:id/uses', requireUser, async (req, res, next) => {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const inserted = await client.query(
      'INSERT INTO preset_usage (preset_id, user_id, used_at) VALUES ($1, $2, now()) RETURNING id',
      [req.params.id, req.user.id],
    );
    await client.query('UPDATE presets SET usage_count = usage_count + 1 WHERE id = $1', [req.params.id]);
    await client.query('COMMIT');
    res.status(201).json({ id: inserted.rows[0].id });
  } catch (error) {
    await client.query('ROLLBACK');
    next(error);
  } finally {
    client.release();
  }
});

uses.delete('/presets/:id/uses/:useId', requireUser, async (req, res) => {
  await pool.query('DELETE FROM preset_usage WHERE id = $1 AND user_id = $2', [req.params.useId, req.user.id]);
  await pool.query('UPDATE presets SET usage_count = GREATEST(usage_count - 1, 0) WHERE id = $1', [req.params.id]);
  res.sendStatus(204);
});
