/** A counter with triggers of its own for each event, in another schema and in camel case. */
export const replies = `
CREATE FUNCTION forum.reply_added() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  UPDATE forum."Topic" SET "replyCount" = "replyCount" + 1 WHERE id = NEW."topicId";
  RETURN NULL;
END $$;
CREATE TRIGGER reply_added AFTER INSERT ON forum."Reply" FOR EACH ROW EXECUTE FUNCTION forum.reply_added();
CREATE FUNCTION forum.reply_removed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  UPDATE forum."Topic" SET "replyCount" = "replyCount" - 1 WHERE id = OLD."topicId";
  RETURN NULL;
END $$;
CREATE TRIGGER reply_removed AFTER DELETE ON forum."Reply" FOR EACH ROW EXECUTE FUNCTION forum.reply_removed();
`;

/**
 * A counter of each kind that a scan meets: in another schema, known by its name alone, a sum that a function keeps, in another table
 * beside a function that adds too, and one that nothing logs.
 */
export const countersOfShop = `
  CREATE SCHEMA forum;
  CREATE TABLE forum."Topic" (id integer PRIMARY KEY, "replyCount" integer NOT NULL DEFAULT 0);
  CREATE TABLE forum."Reply" (id serial PRIMARY KEY, "topicId" integer REFERENCES forum."Topic");
  ${replies}
  CREATE TABLE albums (id integer PRIMARY KEY, photos_count integer NOT NULL DEFAULT 0);
  CREATE TABLE photos (id serial PRIMARY KEY, album_id integer REFERENCES albums);
  CREATE TABLE listings (id integer PRIMARY KEY, revenue numeric NOT NULL DEFAULT 0);
  CREATE TABLE sales (id serial PRIMARY KEY, listing_id integer REFERENCES listings, amount numeric NOT NULL);
  CREATE FUNCTION sell(p_listing integer, p_amount numeric) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO sales (listing_id, amount) VALUES (p_listing, p_amount);
    UPDATE listings SET revenue = revenue + p_amount WHERE id = p_listing;
  END $$;
  CREATE TABLE posts (id integer PRIMARY KEY, views integer NOT NULL DEFAULT 0);
  CREATE TABLE comments (id serial PRIMARY KEY, post_id integer REFERENCES posts);
  CREATE TABLE post_stats (post_id integer PRIMARY KEY REFERENCES posts, comments integer NOT NULL DEFAULT 0);
  CREATE FUNCTION count_comment() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE post_stats SET comments = comments + 1 WHERE post_id = NEW.post_id;
    RETURN NULL;
  END $$;
  CREATE TRIGGER count_comment AFTER INSERT ON comments FOR EACH ROW EXECUTE FUNCTION count_comment();
  CREATE FUNCTION bump(p_post integer) RETURNS void LANGUAGE sql AS $$ UPDATE post_stats SET comments = comments + 1 WHERE post_id = p_post $$;
  CREATE FUNCTION hit(p_post integer) RETURNS void LANGUAGE sql AS $$ UPDATE posts SET views = views + 1 WHERE id = p_post $$;
`;
