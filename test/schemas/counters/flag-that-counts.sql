-- Only public repositories of an owner count, by a boolean column.
-- counter: public.owners.public_repos
-- truth: SELECT id::text AS id, public_repos::text AS count, (SELECT count(*) FROM repos r WHERE r.owner_id = o.id AND r.is_public)::text AS truth FROM owners o ORDER BY 1
-- missed: nothing
-- migrate: counts-right
-- history: deleted
-- uses: UPDATE repos SET is_public = NOT is_public; INSERT INTO repos (owner_id) VALUES (3); UPDATE repos SET owner_id = 1 WHERE owner_id = 2

CREATE TABLE owners (id integer PRIMARY KEY, login text, public_repos integer NOT NULL DEFAULT 0);
CREATE TABLE repos (id integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY, owner_id integer NOT NULL REFERENCES owners, is_public boolean NOT NULL DEFAULT true);
CREATE INDEX ON repos (owner_id);
CREATE FUNCTION count_repo() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' AND OLD.is_public THEN UPDATE owners SET public_repos = public_repos - 1 WHERE id = OLD.owner_id; END IF;
  IF TG_OP <> 'DELETE' AND NEW.is_public THEN UPDATE owners SET public_repos = public_repos + 1 WHERE id = NEW.owner_id; END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER count_repo AFTER INSERT OR UPDATE OR DELETE ON repos FOR EACH ROW EXECUTE FUNCTION count_repo();
INSERT INTO owners (id, login) VALUES (1, 'ada'), (2, 'bob'), (3, 'eve');
INSERT INTO repos (owner_id, is_public) VALUES (1, true), (1, false), (2, true), (2, true), (3, false);
UPDATE owners SET public_repos = 1 WHERE id = 3;
