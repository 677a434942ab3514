-- writes: none
CREATE OR REPLACE FUNCTION auto_increment_preset_usage_count() RETURNS trigger AS $$
BEGIN
  UPDATE presets SET usage_count = COALESCE(usage_count, 0) + 1, last_used_at = now() WHERE id = NEW.preset_id;
  RETURN NEW;
END;
$$ LANGUAGE plpgsql SECURITY DEFINER;
DROP TRIGGER IF EXISTS trigger_auto_increment_preset_usage_count ON preset_usage;
CREATE TRIGGER trigger_auto_increment_preset_usage_count
  AFTER INSERT ON preset_usage FOR EACH ROW EXECUTE FUNCTION auto_increment_preset_usage_count();
