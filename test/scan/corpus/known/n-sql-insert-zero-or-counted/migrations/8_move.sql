-- writes: none
INSERT INTO presets (name, usage_count) SELECT name, 0 FROM legacy_presets;
INSERT INTO presets (id, name) SELECT id, name FROM legacy_presets ORDER BY usage_count;
INSERT INTO styles (id, usage_count) SELECT id, usage_count FROM presets;
INSERT INTO presets (id, usage_count)
SELECT l.id, count(u.id) FROM legacy_presets l LEFT JOIN preset_usage u ON u.preset_id = l.id GROUP BY l.id;
