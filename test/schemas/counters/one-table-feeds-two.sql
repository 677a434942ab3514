-- Votes go up or down; one trigger keeps a count of each.
-- counter: public.answers.upvotes
-- truth: SELECT id::text AS id, upvotes::text AS count, (SELECT count(*) FROM votes v WHERE v.answer_id = a.id AND v.value = 1)::text AS truth FROM answers a ORDER BY 1
-- missed: nothing
-- migrate: counts-right
-- history: deleted
-- uses: UPDATE votes SET value = -value; INSERT INTO votes VALUES ('00000000-0000-0000-0000-000000000003', 8, 1); DELETE FROM votes WHERE voter = 2

CREATE TABLE answers (id uuid PRIMARY KEY, upvotes integer NOT NULL DEFAULT 0, downvotes integer NOT NULL DEFAULT 0);
CREATE TABLE votes (answer_id uuid NOT NULL REFERENCES answers, voter integer NOT NULL, value smallint NOT NULL CHECK (value IN (-1, 1)), PRIMARY KEY (answer_id, voter));
CREATE FUNCTION count_votes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    IF OLD.value = 1 THEN UPDATE answers SET upvotes = upvotes - 1 WHERE id = OLD.answer_id;
    ELSIF OLD.value = -1 THEN UPDATE answers SET downvotes = downvotes - 1 WHERE id = OLD.answer_id; END IF;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    IF NEW.value = 1 THEN UPDATE answers SET upvotes = upvotes + 1 WHERE id = NEW.answer_id;
    ELSIF NEW.value = -1 THEN UPDATE answers SET downvotes = downvotes + 1 WHERE id = NEW.answer_id; END IF;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER count_votes AFTER INSERT OR UPDATE OR DELETE ON votes FOR EACH ROW EXECUTE FUNCTION count_votes();
INSERT INTO answers (id) VALUES ('00000000-0000-0000-0000-000000000001'), ('00000000-0000-0000-0000-000000000002'), ('00000000-0000-0000-0000-000000000003');
INSERT INTO votes VALUES ('00000000-0000-0000-0000-000000000001', 1, 1), ('00000000-0000-0000-0000-000000000001', 2, -1), ('00000000-0000-0000-0000-000000000002', 1, 1), ('00000000-0000-0000-0000-000000000002', 2, 1);
UPDATE answers SET upvotes = 7, downvotes = 3 WHERE id = '00000000-0000-0000-0000-000000000003';
