-- writes: 16 migration-counter
CREATE TABLE preset_downloads (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  preset_id  uuid NOT NULL REFERENCES presets (id) ON DELETE CASCADE,
  user_id    uuid NOT NULL,
  format     text NOT NULL DEFAULT 'xmp',
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX preset_downloads_preset_idx ON preset_downloads (preset_id, created_at DESC);

-- A download is a use, too.
CREATE FUNCTION preset_downloads_after_insert() RETURNS trigger
LANGUAGE plpgsql AS $fn$
BEGIN
  UPDATE presets
  SET usage_count = usage_count + 1,
      download_count = download_count + 1
  WHERE id = NEW.preset_id;
  RETURN NULL;
END;
$fn$;

CREATE TRIGGER preset_downloads_counted
AFTER INSERT ON preset_downloads
FOR EACH ROW EXECUTE FUNCTION preset_downloads_after_insert();
