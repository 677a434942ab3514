// writes: none
export const NAMES = { presets: 'presets', increment: 'add_one_use' };
