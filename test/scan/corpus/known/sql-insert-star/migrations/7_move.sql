-- writes: 2 sql
INSERT INTO presets SELECT * FROM presets_v1 WHERE usage_count IS NOT NULL;
