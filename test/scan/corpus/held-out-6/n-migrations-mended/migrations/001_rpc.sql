-- writes: none
CREATE FUNCTION increment_preset_usage(preset uuid) RETURNS void AS $$
  UPDATE presets SET usage_count = usage_count + 1 WHERE id = preset;
$$ LANGUAGE sql;

CREATE FUNCTION use_preset(preset uuid, who uuid) RETURNS void AS $$
BEGIN
  INSERT INTO preset_usage (preset_id, user_id) VALUES (preset, who);
  UPDATE presets SET usage_count = usage_count + 1, last_used_at = now() WHERE id = preset;
END;
$$ LANGUAGE plpgsql;
