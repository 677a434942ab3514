-- The trigger never lets a count fall below zero, and so loses what came before the count was right.
-- counter: public.tags.uses
-- truth: SELECT id::text AS id, coalesce(uses, 0)::text AS count, (SELECT count(*) FROM taggings t WHERE t.tag_id = g.id)::text AS truth FROM tags g ORDER BY 1
-- missed: move
-- migrate: installs
-- history: deleted
-- uses: INSERT INTO taggings (tag_id, thing) VALUES (2, 'x'), (3, 'y'); DELETE FROM taggings WHERE tag_id = 1

CREATE TABLE tags (id integer PRIMARY KEY, name text NOT NULL, uses integer);
CREATE TABLE taggings (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tag_id integer NOT NULL REFERENCES tags ON DELETE CASCADE, thing text);
CREATE INDEX ON taggings (tag_id);
CREATE FUNCTION count_tagging() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN UPDATE tags SET uses = uses + 1 WHERE id = NEW.tag_id;
  ELSE UPDATE tags SET uses = GREATEST(uses - 1, 0) WHERE id = OLD.tag_id; END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER count_tagging AFTER INSERT OR DELETE ON taggings FOR EACH ROW EXECUTE FUNCTION count_tagging();
INSERT INTO tags VALUES (1, 'red', 0), (2, 'blue', NULL), (3, 'green', 0);
INSERT INTO taggings (tag_id, thing) VALUES (1, 'a'), (1, 'b'), (2, 'a'), (2, 'c');
