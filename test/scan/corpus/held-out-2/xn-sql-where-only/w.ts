// writes: none
await pool.query('UPDATE presets SET featured = true WHERE usage_count > $1', [100]);
await pool.query('DELETE FROM presets WHERE usage_count = 0 AND created_at < now() - $1::interval', ['1 year']);
