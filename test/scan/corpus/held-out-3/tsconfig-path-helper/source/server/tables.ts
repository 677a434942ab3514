// writes: none
export const presetsTable = 'presets';
