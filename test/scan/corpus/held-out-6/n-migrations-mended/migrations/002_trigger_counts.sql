-- writes: none
DROP FUNCTION increment_preset_usage(uuid);

CREATE OR REPLACE FUNCTION use_preset(preset uuid, who uuid) RETURNS void AS $$
BEGIN
  INSERT INTO preset_usage (preset_id, user_id) VALUES (preset, who);
END;
$$ LANGUAGE plpgsql;

CREATE FUNCTION auto_increment_preset_usage_count() RETURNS trigger AS $$
BEGIN
  UPDATE presets SET usage_count = usage_count + 1, last_used_at = now() WHERE id = NEW.preset_id;
  RETURN NULL;
END;
$$ LANGUAGE plpgsql;

CREATE TRIGGER trigger_auto_increment_preset_usage_count
  AFTER INSERT ON preset_usage
  FOR EACH ROW EXECUTE FUNCTION auto_increment_preset_usage_count();
