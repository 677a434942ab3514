// writes: 4 orm
await dataSource.transaction(async manager => {
  await manager.insert(PresetUsage, { presetId });
  await manager.increment(Preset, { id: presetId }, 'usageCount', 1);
});
