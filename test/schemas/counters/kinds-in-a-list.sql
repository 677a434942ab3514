-- Events of two kinds count, and others do not.
-- counter: public.campaigns.touches
-- truth: SELECT id::text AS id, touches::text AS count, (SELECT count(*) FROM events e WHERE e.campaign_id = c.id AND e.kind IN ('open', 'click'))::text AS truth FROM campaigns c ORDER BY 1
-- missed: move condition
-- migrate: installs
-- history: deleted
-- uses: INSERT INTO events (campaign_id, kind) VALUES (3, 'click'), (3, 'sent'); DELETE FROM events WHERE kind = 'open'

CREATE TABLE campaigns (id integer PRIMARY KEY, name text, touches integer NOT NULL DEFAULT 0);
CREATE TABLE events (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, campaign_id integer NOT NULL REFERENCES campaigns, kind varchar(20) NOT NULL, created_at timestamptz NOT NULL DEFAULT now());
CREATE INDEX ON events (campaign_id, created_at);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' AND NEW.kind IN ('open', 'click') THEN UPDATE campaigns SET touches = touches + 1 WHERE id = NEW.campaign_id;
  ELSIF TG_OP = 'DELETE' AND OLD.kind IN ('open', 'click') THEN UPDATE campaigns SET touches = touches - 1 WHERE id = OLD.campaign_id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER touch AFTER INSERT OR DELETE ON events FOR EACH ROW EXECUTE FUNCTION touch();
INSERT INTO campaigns (id, name) VALUES (1, 'Spring'), (2, 'Summer'), (3, 'None');
INSERT INTO events (campaign_id, kind) VALUES (1, 'open'), (1, 'click'), (1, 'bounce'), (2, 'sent'), (2, 'open');
UPDATE campaigns SET touches = 3 WHERE id = 2;
