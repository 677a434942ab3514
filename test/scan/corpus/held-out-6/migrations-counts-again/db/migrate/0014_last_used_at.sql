-- writes: 11 migration-counter
ALTER TABLE presets ADD COLUMN IF NOT EXISTS last_used_at timestamptz;

CREATE OR REPLACE FUNCTION log_preset_use(p_preset uuid, p_user uuid)
RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
  INSERT INTO preset_usage (preset_id, user_id, used_at) VALUES (p_preset, p_user, now());

  UPDATE presets
     SET usage_count = usage_count + 1,
         last_used_at = now()
   WHERE id = p_preset;
END;
$$;
