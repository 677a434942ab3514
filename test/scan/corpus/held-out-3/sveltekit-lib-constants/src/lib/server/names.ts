// writes: none
export const PRESETS = 'presets';
export const COUNT = 'usage_count';
