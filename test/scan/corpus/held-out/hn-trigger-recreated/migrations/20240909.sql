-- writes: none
DROP TRIGGER IF EXISTS trigger_auto_increment_preset_usage_count ON preset_usage;
CREATE TRIGGER trigger_auto_increment_preset_usage_count AFTER INSERT ON preset_usage
  FOR EACH ROW EXECUTE FUNCTION auto_increment_preset_usage_count();
