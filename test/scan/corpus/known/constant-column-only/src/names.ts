// writes: none
export const TABLE = 'presets';
export const COLUMN = 'usage_count';
