// writes: none
export const TABLE = 'presets';
export const patchOf = n => ({ usage_count: n });
