-- Comments are only marked as deleted; every change of that and of the post is handled.
-- counter: public.posts.comments_count
-- truth: SELECT id::text AS id, comments_count::text AS count, (SELECT count(*) FROM comments c WHERE c.post_id = p.id AND deleted_at IS NULL)::text AS truth FROM posts p ORDER BY 1
-- missed: nothing
-- migrate: counts-right
-- history: deleted
-- uses: INSERT INTO comments (post_id) VALUES (3); UPDATE comments SET deleted_at = now() WHERE post_id = 1; UPDATE comments SET deleted_at = NULL, post_id = 3 WHERE post_id = 2

CREATE TABLE posts (id integer PRIMARY KEY, title text NOT NULL, comments_count integer NOT NULL DEFAULT 0);
CREATE TABLE comments (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), post_id integer NOT NULL REFERENCES posts, body text NOT NULL DEFAULT '', deleted_at timestamptz);
CREATE INDEX ON comments (post_id);
CREATE FUNCTION count_comments() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' AND OLD.deleted_at IS NULL THEN
    UPDATE posts SET comments_count = comments_count - 1 WHERE id = OLD.post_id;
  END IF;
  IF TG_OP <> 'DELETE' AND NEW.deleted_at IS NULL THEN
    UPDATE posts SET comments_count = comments_count + 1 WHERE id = NEW.post_id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER count_comments AFTER INSERT OR UPDATE OR DELETE ON comments FOR EACH ROW EXECUTE FUNCTION count_comments();
INSERT INTO posts VALUES (1, 'Hello'), (2, 'Spring'), (3, 'Quiet');
INSERT INTO comments (post_id) SELECT p FROM (VALUES (1), (1), (2), (2), (2)) v (p);
UPDATE comments SET deleted_at = now() WHERE post_id = 2;
UPDATE posts SET comments_count = 3 WHERE id = 2;
