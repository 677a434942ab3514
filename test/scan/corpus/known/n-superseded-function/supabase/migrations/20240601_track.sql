-- writes: none
CREATE OR REPLACE FUNCTION track_preset_usage(p_preset_id uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  -- no UPDATE presets SET usage_count here: the trigger counts
  INSERT INTO preset_usage (preset_id) VALUES (p_preset_id);
END $$;
