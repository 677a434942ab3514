// writes: none
export const where = 'presets';
