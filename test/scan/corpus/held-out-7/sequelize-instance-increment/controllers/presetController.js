// writes: 14 orm
const Preset = require('../models/preset');

exports.show = async (req, res) => {
  const preset = await Preset.findByPk(req.params.id);
  if (!preset) return res.status(404).end();
  return res.json(preset.toJSON());
};

exports.apply = async (req, res) => {
  const preset = await Preset.findByPk(req.params.id);
  if (!preset) return res.status(404).end();

  await preset.increment('usageCount', { by: 1 });
  await preset.reload();
  return res.json({ id: preset.id, uses: preset.usageCount });
};
