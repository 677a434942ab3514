// writes: none
export const indexPreset = (index, preset) =>
  index.partialUpdateObject({ objectID: preset.id, usage_count: preset.usage_count });
