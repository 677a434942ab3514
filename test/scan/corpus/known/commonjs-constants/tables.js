// writes: none
exports.PRESETS = 'presets';
exports.COUNTER = 'usage_count';
