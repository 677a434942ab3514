// writes: none
export const PRESETS_TABLE = 'presets';
