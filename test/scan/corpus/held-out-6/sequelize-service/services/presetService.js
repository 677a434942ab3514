// writes: 9 orm, 15 orm
const Preset = require('../models/preset');

async function like(id) {
  await Preset.increment({ likes: 1 }, { where: { id } });
}

async function markUsed(id, transaction) {
  await Preset.increment({ usageCount: 1 }, { where: { id }, transaction });
}

async function revertUse(id) {
  const preset = await Preset.findByPk(id, { rejectOnEmpty: true });
  if (preset.usageCount > 0) {
    await preset.decrement('usageCount', { by: 1 });
  }
  return preset.reload();
}

module.exports = { like, markUsed, revertUse };
