-- Posts count comments and likes, each by a trigger of its own; the walk is of the likes.
-- counter: public.posts.likes
-- truth: SELECT id::text AS id, likes::text AS count, (SELECT count(*) FROM post_likes l WHERE l.post_id = p.id)::text AS truth FROM posts p ORDER BY 1
-- missed: move
-- migrate: installs
-- history: deleted
-- uses: INSERT INTO post_likes VALUES (3, 5), (3, 6); DELETE FROM post_likes WHERE user_id = 1; INSERT INTO post_comments (post_id) VALUES (3)

CREATE TABLE posts (id integer PRIMARY KEY, title text, likes integer NOT NULL DEFAULT 0, comments integer NOT NULL DEFAULT 0);
CREATE TABLE post_likes (post_id integer NOT NULL REFERENCES posts ON DELETE CASCADE, user_id integer NOT NULL, PRIMARY KEY (post_id, user_id));
CREATE TABLE post_comments (id serial PRIMARY KEY, post_id integer NOT NULL REFERENCES posts ON DELETE CASCADE);
CREATE FUNCTION like_added() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE posts SET likes = likes + 1 WHERE id = NEW.post_id; RETURN NEW; END $$;
CREATE FUNCTION like_removed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE posts SET likes = likes - 1 WHERE id = OLD.post_id; RETURN OLD; END $$;
CREATE FUNCTION comment_added() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE posts SET comments = comments + 1 WHERE id = NEW.post_id; RETURN NEW; END $$;
CREATE TRIGGER like_added AFTER INSERT ON post_likes FOR EACH ROW EXECUTE FUNCTION like_added();
CREATE TRIGGER like_removed AFTER DELETE ON post_likes FOR EACH ROW EXECUTE FUNCTION like_removed();
CREATE TRIGGER comment_added AFTER INSERT ON post_comments FOR EACH ROW EXECUTE FUNCTION comment_added();
INSERT INTO posts (id, title) VALUES (1, 'Hello'), (2, 'Spring'), (3, 'Quiet');
INSERT INTO post_likes VALUES (1, 1), (1, 2), (2, 1);
INSERT INTO post_comments (post_id) VALUES (1), (2), (2);
UPDATE posts SET likes = 9 WHERE id = 2;
UPDATE posts SET likes = 0 WHERE id = 1;
