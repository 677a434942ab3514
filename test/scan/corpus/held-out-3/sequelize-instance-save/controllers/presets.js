// writes: 10 orm
const { Preset, PresetUsage } = require('../models');

exports.use = async (req, res, next) => {
  try {
    const preset = await Preset.findByPk(req.params.id);
    if (!preset) return res.sendStatus(404);
    await PresetUsage.create({ preset_id: preset.id, user_id: req.user.id });
    preset.usage_count += 1;
    await preset.save();
    res.json(preset);
  } catch (error) {
    next(error);
  }
};
