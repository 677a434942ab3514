-- writes: 2 sql, 3 sql
INSERT INTO presets SELECT id, name, usage_count FROM presets_v1;
INSERT INTO public.presets SELECT p.id, p.name, coalesce(p.usage_count, 0) AS usage_count FROM staging p;
INSERT INTO presets SELECT id, name, 0 AS usage_count FROM presets_v1;
