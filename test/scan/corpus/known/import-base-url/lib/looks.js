// writes: none
export const LOOKS = 'presets';
