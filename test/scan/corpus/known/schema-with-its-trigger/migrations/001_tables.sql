-- writes: none
CREATE TABLE presets (id bigint PRIMARY KEY, name text, usage_count bigint NOT NULL DEFAULT 0);
CREATE TABLE preset_usage (id bigint PRIMARY KEY, preset_id bigint NOT NULL REFERENCES presets (id));

CREATE FUNCTION count_use() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE presets SET usage_count = usage_count + 1 WHERE id = NEW.preset_id;
  RETURN NULL;
END $$;

CREATE TRIGGER count_use AFTER INSERT ON preset_usage FOR EACH ROW EXECUTE FUNCTION count_use();
