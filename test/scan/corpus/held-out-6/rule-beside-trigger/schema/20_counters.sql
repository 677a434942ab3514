-- writes: none
CREATE FUNCTION auto_increment_preset_usage_count() RETURNS trigger AS $body$
BEGIN
    UPDATE presets SET usage_count = usage_count + 1, last_used_at = NEW.used_at WHERE id = NEW.preset_id;
    RETURN NULL;
END
$body$ LANGUAGE plpgsql;

CREATE TRIGGER trigger_auto_increment_preset_usage_count
    AFTER INSERT ON preset_usage
    FOR EACH ROW
    EXECUTE FUNCTION auto_increment_preset_usage_count();
