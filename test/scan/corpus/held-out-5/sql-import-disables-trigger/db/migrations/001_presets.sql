-- writes: none
CREATE TABLE presets (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL,
  usage_count integer NOT NULL DEFAULT 0
);

CREATE TABLE preset_usage (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  preset_id uuid NOT NULL REFERENCES presets (id),
  used_at timestamptz NOT NULL DEFAULT now()
);

CREATE FUNCTION count_preset_usage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE presets SET usage_count = usage_count + 1 WHERE id = NEW.preset_id;
  RETURN NULL;
END $$;

CREATE TRIGGER trg_count_preset_usage
AFTER INSERT ON preset_usage
FOR EACH ROW EXECUTE FUNCTION count_preset_usage();
