// writes: 18 sql
const express = require('express');
const { pool } = require('../db');
const requireUser = require('../middleware/requireUser');

const router = express.Router();

router.post('/:id/apply', requireUser, async (req, res, next) => {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query(
      'INSERT INTO preset_usage (preset_id, user_id, context) VALUES ($1, $2, $3)',
      [req.params.id, req.user.id, req.body.context || 'editor'],
    );
    const { rows } = await client.query(
      `
      UPDATE presets
         SET usage_count = usage_count + 1,
             last_used_at = now()
       WHERE id = $1
      RETURNING id, usage_count
      `,
      [req.params.id],
    );
    await client.query('COMMIT');
    if (rows.length === 0) return res.sendStatus(404);
    res.json(rows[0]);
  } catch (err) {
    await client.query('ROLLBACK');
    next(err);
  } finally {
    client.release();
  }
});

module.exports = router;
