-- writes: 7 sql, 9 sql
BEGIN;

CREATE TEMP TABLE legacy_counts (preset_slug text PRIMARY KEY, hits integer NOT NULL);
INSERT INTO legacy_counts (preset_slug, hits) VALUES ('noir', 31), ('pastel', 4), ('dusk', 112);

MERGE INTO presets p USING legacy_counts l ON p.slug = l.preset_slug WHEN MATCHED THEN UPDATE SET usage_count = p.usage_count + l.hits;

DO $$ BEGIN UPDATE presets SET usage_count = usage_count + 40 WHERE slug = 'house-style'; END $$;

UPDATE presets SET slug = 'pastel-2023' WHERE slug = 'pastel';

COMMIT;
