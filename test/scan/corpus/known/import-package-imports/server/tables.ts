// writes: none
export default { looks: 'presets' };
