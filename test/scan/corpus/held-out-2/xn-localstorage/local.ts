// writes: none
const presets = JSON.parse(localStorage.getItem('presets') ?? '[]');
presets[0].usage_count += 1;
localStorage.setItem('presets', JSON.stringify(presets));
