-- writes: none
CREATE TABLE presets (
  id uuid PRIMARY KEY,
  usage_count integer NOT NULL DEFAULT 0 CHECK (usage_count >= 0)
);
CREATE INDEX presets_by_usage ON presets (usage_count DESC);
COMMENT ON COLUMN presets.usage_count IS 'Kept by a trigger: UPDATE presets SET usage_count would count twice';
