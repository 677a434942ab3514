// writes: 4 orm
const { Preset, sequelize } = require('./models');
module.exports = id =>
  Preset.update({ usage_count: sequelize.literal('usage_count + 1') }, { where: { id } });
