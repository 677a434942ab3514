// writes: 6 orm
const { Preset } = require('../models');

exports.apply = async (req, res) => {
  const preset = await Preset.findByPk(req.params.id);
  await preset.increment('usage_count', { by: 1 });
  res.json(await preset.reload());
};
