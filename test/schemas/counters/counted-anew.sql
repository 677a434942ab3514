-- The count is set by a query each time, for the old and the new row.
-- counter: public.channels.members_count
-- truth: SELECT id::text AS id, members_count::text AS count, (SELECT count(*) FROM memberships m WHERE m.channel_id = c.id)::text AS truth FROM channels c ORDER BY 1
-- missed: nothing
-- migrate: counts-right
-- history: deleted
-- uses: INSERT INTO memberships VALUES (3, 7), (2, 9); UPDATE memberships SET channel_id = 3 WHERE user_id = 2; DELETE FROM memberships WHERE user_id = 1

CREATE TABLE channels (id integer PRIMARY KEY, name text, members_count integer NOT NULL DEFAULT 0);
CREATE TABLE memberships (channel_id integer NOT NULL REFERENCES channels, user_id integer NOT NULL, PRIMARY KEY (channel_id, user_id));
CREATE FUNCTION recount() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    UPDATE channels SET members_count = (SELECT count(*) FROM memberships m WHERE m.channel_id = channels.id) WHERE id = OLD.channel_id;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    UPDATE channels SET members_count = (SELECT count(*) FROM memberships m WHERE m.channel_id = channels.id) WHERE id = NEW.channel_id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER recount AFTER INSERT OR UPDATE OR DELETE ON memberships FOR EACH ROW EXECUTE FUNCTION recount();
INSERT INTO channels (id, name) VALUES (1, 'general'), (2, 'random'), (3, 'quiet');
INSERT INTO memberships VALUES (1, 1), (1, 2), (2, 1);
UPDATE channels SET members_count = 12 WHERE id = 3;
