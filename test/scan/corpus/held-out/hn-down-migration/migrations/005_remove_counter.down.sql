-- writes: none
CREATE FUNCTION count_uses() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  UPDATE presets SET usage_count = usage_count + 1 WHERE id = NEW.preset_id; RETURN NEW; END $$;
CREATE TRIGGER count_uses AFTER INSERT ON preset_usage FOR EACH ROW EXECUTE FUNCTION count_uses();
