// writes: none
export const q = `SELECT id, usage_count + 1 AS next_count FROM presets FOR UPDATE`;
export const run = pool => pool.query(q);
