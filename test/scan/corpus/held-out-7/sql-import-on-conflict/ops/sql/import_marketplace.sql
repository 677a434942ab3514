-- writes: 11 sql
-- Expects marketplace.csv to be loaded into staging_marketplace.
BEGIN;

DELETE FROM staging_marketplace WHERE slug IS NULL;

INSERT INTO presets (slug, name, author_id, settings, usage_count)
SELECT s.slug, s.name, a.id, s.settings::jsonb, s.downloads
  FROM staging_marketplace s
  JOIN authors a ON a.handle = s.author
ON CONFLICT (slug) DO UPDATE
   SET name        = EXCLUDED.name,
       settings    = EXCLUDED.settings,
       usage_count = EXCLUDED.usage_count;

TRUNCATE staging_marketplace;

COMMIT;
