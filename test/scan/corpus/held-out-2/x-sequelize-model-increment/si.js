// writes: 2 orm
await Preset.increment({ usageCount: 1 }, { where: { id: presetId }, transaction: t });
