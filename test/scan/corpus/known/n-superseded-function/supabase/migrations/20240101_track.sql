-- writes: none
CREATE OR REPLACE FUNCTION track_preset_usage(p_preset_id uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO preset_usage (preset_id) VALUES (p_preset_id);
  UPDATE presets SET usage_count = usage_count + 1 WHERE id = p_preset_id;
END $$;
