// writes: 5 orm
async function use(id, userId) {
  const preset = await db.Preset.findOne({ where: { id } });
  preset.usage_count = preset.usage_count + 1;
  await preset.save();
  await db.PresetUsage.create({ presetId: id, userId });
}
module.exports = use;
