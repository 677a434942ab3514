-- writes: none
-- From here on the trigger counts.
CREATE OR REPLACE FUNCTION auto_increment_preset_usage_count()
RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  UPDATE presets SET usage_count = usage_count + 1 WHERE id = NEW.preset_id;
  RETURN NEW;
END;
$$;

CREATE TRIGGER trigger_auto_increment_preset_usage_count
  AFTER INSERT ON preset_usage
  FOR EACH ROW EXECUTE FUNCTION auto_increment_preset_usage_count();

CREATE OR REPLACE FUNCTION log_preset_use(p_preset uuid, p_user uuid)
RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
  INSERT INTO preset_usage (preset_id, user_id, used_at) VALUES (p_preset, p_user, now());
END;
$$;
