// writes: none
export const makePreset = (sb, over) => sb.from('presets').upsert({ id: '1', usage_count: 5, ...over });
