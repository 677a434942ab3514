-- The count stands in a table of its own, which lacks a row for a post without comments.
-- counter: public.post_stats.comments
-- truth: SELECT p.id::text AS id, coalesce(s.comments, 0)::text AS count, (SELECT count(*) FROM comments c WHERE c.post_id = p.id)::text AS truth FROM posts p LEFT JOIN post_stats s ON s.post_id = p.id ORDER BY 1
-- missed: move
-- migrate: installs
-- history: deleted
-- uses: INSERT INTO comments (post_id) VALUES (3), (3), (1); DELETE FROM comments WHERE post_id = 4

CREATE TABLE posts (id integer PRIMARY KEY, title text);
CREATE TABLE post_stats (post_id integer PRIMARY KEY REFERENCES posts, comments integer NOT NULL DEFAULT 0, views integer NOT NULL DEFAULT 0);
CREATE TABLE comments (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, post_id integer NOT NULL REFERENCES posts);
CREATE INDEX ON comments (post_id);
CREATE FUNCTION count_comment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO post_stats (post_id, comments) VALUES (NEW.post_id, 1) ON CONFLICT (post_id) DO UPDATE SET comments = post_stats.comments + 1;
  ELSE
    UPDATE post_stats SET comments = comments - 1 WHERE post_id = OLD.post_id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER count_comment AFTER INSERT OR DELETE ON comments FOR EACH ROW EXECUTE FUNCTION count_comment();
INSERT INTO posts VALUES (1, 'Hello'), (2, 'Spring'), (3, 'Quiet'), (4, 'Lost');
INSERT INTO comments (post_id) VALUES (1), (1), (2), (4), (4);
UPDATE post_stats SET comments = 8 WHERE post_id = 2;
DELETE FROM post_stats WHERE post_id = 4;
