-- writes: 8 migration-counter
CREATE OR REPLACE FUNCTION track_preset_usage(p_preset_id uuid, p_usage_type text)
RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
  usage_id uuid;
BEGIN
  INSERT INTO preset_usage (preset_id, usage_type) VALUES (p_preset_id, p_usage_type) RETURNING id INTO usage_id;
  UPDATE presets SET usage_count = usage_count + 1, last_used_at = now() WHERE id = p_preset_id;
  RETURN usage_id;
END $$;
