// writes: 21 query-builder
const express = require('express');
const db = require('../db');
const { requireUser } = require('../middleware/auth');
const { renderPresetFile } = require('../lib/render');

const router = express.Router();

router.get('/', async (req, res) => {
  const rows = await db('presets').select('id', 'name', 'usage_count').orderBy('usage_count', 'desc').limit(50);
  res.json(rows);
});

router.post('/:id/download', requireUser, async (req, res, next) => {
  try {
    const preset = await db('presets').where({ id: req.params.id }).first();
    if (!preset) return res.sendStatus(404);

    await db('presets')
      .where({ id: preset.id })
      .increment('usage_count', 1);

    res.attachment(`${preset.name}.json`).send(renderPresetFile(preset));
  } catch (err) {
    next(err);
  }
});

module.exports = router;
