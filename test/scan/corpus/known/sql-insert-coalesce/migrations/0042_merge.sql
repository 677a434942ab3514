-- writes: 2 sql
INSERT INTO presets (id, name, usage_count)
SELECT old.id, old.name, coalesce(old.usage_count, 0)
FROM legacy_presets old;
