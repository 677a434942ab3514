-- Files are moved from folder to folder, and the trigger follows.
-- counter: public.folders.files_count
-- truth: SELECT id::text AS id, files_count::text AS count, (SELECT count(*) FROM files f WHERE f.folder_id = o.id)::text AS truth FROM folders o ORDER BY 1
-- missed: nothing
-- migrate: counts-right
-- history: deleted
-- uses: UPDATE files SET folder_id = 2 WHERE name = 'a'; UPDATE files SET folder_id = 3 WHERE folder_id IS NULL; INSERT INTO files (folder_id, name) VALUES (1, 'e'); DELETE FROM files WHERE name = 'c'

CREATE TABLE folders (id bigint PRIMARY KEY, name text, files_count bigint NOT NULL DEFAULT 0);
CREATE TABLE files (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, folder_id bigint REFERENCES folders ON DELETE SET NULL, name text NOT NULL);
CREATE INDEX ON files (folder_id);
CREATE FUNCTION file_added() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE folders SET files_count = files_count + 1 WHERE id = NEW.folder_id; RETURN NULL; END $$;
CREATE FUNCTION file_removed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE folders SET files_count = files_count - 1 WHERE id = OLD.folder_id; RETURN NULL; END $$;
CREATE FUNCTION file_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE folders SET files_count = files_count - 1 WHERE id = OLD.folder_id;
  UPDATE folders SET files_count = files_count + 1 WHERE id = NEW.folder_id;
  RETURN NULL;
END $$;
CREATE TRIGGER file_added AFTER INSERT ON files FOR EACH ROW EXECUTE FUNCTION file_added();
CREATE TRIGGER file_removed AFTER DELETE ON files FOR EACH ROW EXECUTE FUNCTION file_removed();
CREATE TRIGGER file_moved AFTER UPDATE OF folder_id ON files FOR EACH ROW WHEN (OLD.folder_id IS DISTINCT FROM NEW.folder_id) EXECUTE FUNCTION file_moved();
INSERT INTO folders (id, name) VALUES (1, 'Inbox'), (2, 'Archive'), (3, 'Trash');
INSERT INTO files (folder_id, name) VALUES (1, 'a'), (1, 'b'), (2, 'c'), (NULL, 'd');
UPDATE folders SET files_count = 3 WHERE id = 3;
