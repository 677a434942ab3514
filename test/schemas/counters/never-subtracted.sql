-- Downloads are only added, and old ones are thrown away on purpose: the count stays.
-- counter: public.packages.downloads
-- truth: SELECT id::text AS id, downloads::text AS count, (SELECT count(*) FROM package_downloads d WHERE d.package_id = p.id)::text AS truth FROM packages p ORDER BY 1
-- missed: delete move
-- migrate: installs
-- history: deleted
-- uses: INSERT INTO package_downloads (package_id) VALUES ('new'), ('left')

CREATE TABLE packages (id text PRIMARY KEY, downloads bigint NOT NULL DEFAULT 0);
CREATE TABLE package_downloads (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, package_id text NOT NULL REFERENCES packages, at timestamptz NOT NULL DEFAULT now());
CREATE INDEX ON package_downloads (package_id);
CREATE FUNCTION count_download() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE packages SET downloads = downloads + 1 WHERE id = NEW.package_id;
  RETURN NULL;
END $$;
CREATE TRIGGER count_download AFTER INSERT ON package_downloads FOR EACH ROW EXECUTE FUNCTION count_download();
INSERT INTO packages (id) VALUES ('left'), ('right'), ('new');
INSERT INTO package_downloads (package_id) VALUES ('left'), ('left'), ('right'), ('right'), ('right');
DELETE FROM package_downloads WHERE package_id = 'left';
