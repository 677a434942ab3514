// writes: 13 orm
const Preset = require('../models/preset');

exports.list = async (req, res) => {
  const presets = await Preset.findAll({ order: [['usageCount', 'DESC']], limit: 50 });
  res.json(presets);
};

exports.use = async (req, res, next) => {
  try {
    const preset = await Preset.findByPk(req.params.id);
    if (!preset) return res.sendStatus(404);
    await preset.increment('usageCount', { by: 1 });
    await preset.reload();
    res.json({ id: preset.id, usageCount: preset.usageCount });
  } catch (error) {
    next(error);
  }
};
