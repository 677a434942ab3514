-- writes: none
CREATE TABLE presets (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL,
  usage_count integer NOT NULL DEFAULT 0,
  last_used_at timestamptz
);

CREATE TABLE preset_usage (
  id bigserial PRIMARY KEY,
  preset_id uuid NOT NULL REFERENCES presets (id) ON DELETE CASCADE,
  user_id uuid NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE FUNCTION preset_usage_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE presets
     SET usage_count = usage_count + 1, last_used_at = NEW.created_at
   WHERE id = NEW.preset_id;
  RETURN NULL;
END
$$;

CREATE TRIGGER preset_usage_counted
  AFTER INSERT ON preset_usage
  FOR EACH ROW EXECUTE FUNCTION preset_usage_counted();
