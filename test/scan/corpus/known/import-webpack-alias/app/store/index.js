// writes: none
export const PRESETS = 'presets';
