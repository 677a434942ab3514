-- One trigger by row for inserts and deletes, which branches by TG_OP; moves are not handled.
-- counter: public.posts.comments_count
-- truth: SELECT id::text AS id, comments_count::text AS count, (SELECT count(*) FROM comments c WHERE c.post_id = p.id)::text AS truth FROM posts p ORDER BY 1
-- missed: move
-- migrate: installs
-- history: deleted
-- uses: INSERT INTO comments (post_id) VALUES (3), (1); DELETE FROM comments WHERE post_id = 4

CREATE TABLE posts (id integer PRIMARY KEY, title text NOT NULL, comments_count integer NOT NULL DEFAULT 0);
CREATE TABLE comments (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, post_id integer NOT NULL REFERENCES posts, body text, created_at timestamptz NOT NULL DEFAULT now());
CREATE INDEX ON comments (post_id);
CREATE FUNCTION count_comments() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    UPDATE posts SET comments_count = comments_count + 1 WHERE id = NEW.post_id;
  ELSIF TG_OP = 'DELETE' THEN
    UPDATE posts SET comments_count = comments_count - 1 WHERE id = OLD.post_id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER count_comments AFTER INSERT OR DELETE ON comments FOR EACH ROW EXECUTE FUNCTION count_comments();
INSERT INTO posts VALUES (1, 'Hello'), (2, 'Spring'), (3, 'Quiet'), (4, 'Long');
INSERT INTO comments (post_id) SELECT p FROM (VALUES (1), (1), (1), (2), (4), (4)) v (p);
UPDATE posts SET comments_count = comments_count + 2 WHERE id = 2;
UPDATE posts SET comments_count = 0 WHERE id = 4;
