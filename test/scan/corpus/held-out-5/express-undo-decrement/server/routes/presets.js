// writes: 25 supabase-update
const express = require('express');
const { supabase } = require('../supabase');
const requireUser = require('../middleware/requireUser');

const router = express.Router();

router.post('/:id/use', requireUser, async (req, res) => {
  const { data, error } = await supabase
    .from('preset_usage')
    .insert({ preset_id: req.params.id, user_id: req.user.id })
    .select('id')
    .single();
  if (error) return res.status(400).json({ error: error.message });
  res.status(201).json(data);
});

router.delete('/:id/use/:usageId', requireUser, async (req, res) => {
  const { id, usageId } = req.params;
  await supabase.from('preset_usage').delete().eq('id', usageId).eq('user_id', req.user.id);

  const { data: preset } = await supabase.from('presets').select('usage_count').eq('id', id).single();
  const { error } = await supabase
    .from('presets')
    .update({ usage_count: Math.max(0, preset.usage_count - 1) })
    .eq('id', id);
  if (error) return res.status(500).json({ error: error.message });
  res.status(204).end();
});

module.exports = router;
