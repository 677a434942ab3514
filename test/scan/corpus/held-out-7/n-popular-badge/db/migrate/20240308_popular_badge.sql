-- writes: none
ALTER TABLE presets ADD COLUMN is_popular boolean NOT NULL DEFAULT false;

COMMENT ON COLUMN presets.usage_count IS 'Rows of preset_usage. UPDATE presets SET usage_count by hand is forbidden.';

UPDATE presets
   SET is_popular = true
 WHERE usage_count >= 500;

CREATE INDEX presets_usage_count_idx ON presets (usage_count DESC) WHERE is_popular;

CREATE VIEW popular_presets AS
SELECT id, name, usage_count, usage_count + 1 AS next_use
  FROM presets
 WHERE is_popular;
