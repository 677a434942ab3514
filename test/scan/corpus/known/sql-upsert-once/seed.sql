-- writes: 3 sql
INSERT INTO presets (id, name, usage_count) VALUES (1, 'Noir', 12)
ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name, usage_count = EXCLUDED.usage_count;
