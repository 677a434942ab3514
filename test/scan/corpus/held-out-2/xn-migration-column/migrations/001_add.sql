-- writes: none
ALTER TABLE presets ADD COLUMN IF NOT EXISTS usage_count integer NOT NULL DEFAULT 0;
ALTER TABLE presets ADD CONSTRAINT usage_count_not_negative CHECK (usage_count >= 0);
CREATE OR REPLACE FUNCTION get_popular(n int) RETURNS SETOF presets LANGUAGE sql STABLE AS $$
  SELECT * FROM presets ORDER BY usage_count DESC LIMIT n;
$$;
