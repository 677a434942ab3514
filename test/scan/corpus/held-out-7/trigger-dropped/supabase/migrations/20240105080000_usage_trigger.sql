-- writes: none
CREATE OR REPLACE FUNCTION auto_increment_preset_usage_count() RETURNS trigger AS $$
BEGIN
  UPDATE presets SET usage_count = COALESCE(usage_count, 0) + 1 WHERE id = NEW.preset_id;
  RETURN NEW;
END;
$$ LANGUAGE plpgsql SECURITY DEFINER;

CREATE TRIGGER trigger_auto_increment_preset_usage_count
  AFTER INSERT ON preset_usage
  FOR EACH ROW EXECUTE FUNCTION auto_increment_preset_usage_count();
