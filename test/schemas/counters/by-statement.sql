-- Triggers by statement with transition tables, one for each event.
-- counter: public.albums.photos_count
-- truth: SELECT id::text AS id, photos_count::text AS count, (SELECT count(*) FROM photos f WHERE f.album_id = a.id)::text AS truth FROM albums a ORDER BY 1
-- missed: move
-- migrate: installs
-- history: deleted
-- uses: INSERT INTO photos (album_id) VALUES (3), (3), (1); DELETE FROM photos WHERE album_id = 2

CREATE TABLE albums (id integer PRIMARY KEY, name text, photos_count integer NOT NULL DEFAULT 0);
CREATE TABLE photos (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, album_id integer NOT NULL REFERENCES albums);
CREATE INDEX ON photos (album_id);
CREATE FUNCTION photos_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE albums a SET photos_count = a.photos_count + n.number FROM (SELECT album_id, count(*) AS number FROM added GROUP BY album_id) n WHERE a.id = n.album_id;
  RETURN NULL;
END $$;
CREATE FUNCTION photos_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE albums a SET photos_count = a.photos_count - n.number FROM (SELECT album_id, count(*) AS number FROM removed GROUP BY album_id) n WHERE a.id = n.album_id;
  RETURN NULL;
END $$;
CREATE TRIGGER photos_added AFTER INSERT ON photos REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION photos_added();
CREATE TRIGGER photos_removed AFTER DELETE ON photos REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION photos_removed();
INSERT INTO albums (id, name) VALUES (1, 'Sea'), (2, 'Hills'), (3, 'Empty');
INSERT INTO photos (album_id) VALUES (1), (1), (1), (2);
UPDATE albums SET photos_count = 2 WHERE id = 3;
