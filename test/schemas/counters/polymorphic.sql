-- Likes refer to posts or to photos by a type and an id; only those of posts count.
-- counter: public.posts.likes_count
-- truth: SELECT id::text AS id, likes_count::text AS count, (SELECT count(*) FROM likes l WHERE l.target_type = 'post' AND l.target_id = p.id)::text AS truth FROM posts p ORDER BY 1
-- missed: move condition
-- migrate: installs
-- history: deleted
-- uses: INSERT INTO likes (target_type, target_id, user_id) VALUES ('post', 3, 9), ('photo', 1, 9); DELETE FROM likes WHERE user_id = 2

CREATE TABLE posts (id bigint PRIMARY KEY, title text, likes_count integer NOT NULL DEFAULT 0);
CREATE TABLE photos (id bigint PRIMARY KEY, likes_count integer NOT NULL DEFAULT 0);
CREATE TABLE likes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, target_type text NOT NULL, target_id bigint NOT NULL, user_id integer NOT NULL, UNIQUE (target_type, target_id, user_id));
CREATE FUNCTION count_likes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.target_type = 'post' THEN UPDATE posts SET likes_count = likes_count + 1 WHERE id = NEW.target_id; END IF;
    IF NEW.target_type = 'photo' THEN UPDATE photos SET likes_count = likes_count + 1 WHERE id = NEW.target_id; END IF;
  ELSE
    IF OLD.target_type = 'post' THEN UPDATE posts SET likes_count = likes_count - 1 WHERE id = OLD.target_id; END IF;
    IF OLD.target_type = 'photo' THEN UPDATE photos SET likes_count = likes_count - 1 WHERE id = OLD.target_id; END IF;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER count_likes AFTER INSERT OR DELETE ON likes FOR EACH ROW EXECUTE FUNCTION count_likes();
INSERT INTO posts (id, title) VALUES (1, 'Hello'), (2, 'Spring'), (3, 'Quiet');
INSERT INTO photos (id) VALUES (1), (2);
INSERT INTO likes (target_type, target_id, user_id) VALUES ('post', 1, 1), ('post', 1, 2), ('post', 2, 1), ('photo', 1, 1), ('photo', 2, 1), ('photo', 2, 2);
UPDATE posts SET likes_count = 5 WHERE id = 3;
