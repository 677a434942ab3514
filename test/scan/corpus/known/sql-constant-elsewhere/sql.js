// writes: 2 sql
exports.INCREMENT = 'UPDATE presets SET usage_count = COALESCE(usage_count, 0) + 1 WHERE id = $1 RETURNING usage_count';
