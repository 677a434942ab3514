// writes: none
import { Router } from 'express';
import { bump } from '../db/counters';
import { pool } from '../db/pool';

export const presets = Router();

presets.post('/presets/:id/apply', async (req, res) => {
  const usageCount = await bump(pool, 'presets', req.params.id);
  res.json({ usageCount });
});
