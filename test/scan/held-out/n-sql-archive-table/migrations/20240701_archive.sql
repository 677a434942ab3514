-- writes: none
CREATE TABLE presets_archive (LIKE presets INCLUDING DEFAULTS);

INSERT INTO presets_archive (id, name, usage_count)
SELECT id, name, usage_count FROM presets WHERE archived_at < now() - interval '1 year';

UPDATE presets_archive SET usage_count = 0 WHERE usage_count IS NULL;
