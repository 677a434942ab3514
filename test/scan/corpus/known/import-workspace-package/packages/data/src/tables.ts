// writes: none
export const LOOKS = 'presets';
export const STYLES = 'styles';
