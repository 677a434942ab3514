-- A table with one row counts all members.
-- counter: public.site_stats.members
-- truth: SELECT '' AS id, members::text AS count, (SELECT count(*) FROM members)::text AS truth FROM site_stats
-- missed: nothing
-- migrate: counts-right
-- history: refused
-- uses: INSERT INTO members (email) VALUES ('d@example.com'), ('e@example.com'); DELETE FROM members WHERE email = 'a@example.com'

CREATE TABLE site_stats (single boolean PRIMARY KEY DEFAULT true CHECK (single), members bigint NOT NULL DEFAULT 0);
CREATE TABLE members (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL);
CREATE FUNCTION count_member() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN UPDATE site_stats SET members = members + 1; ELSE UPDATE site_stats SET members = members - 1; END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER count_member AFTER INSERT OR DELETE ON members FOR EACH ROW EXECUTE FUNCTION count_member();
INSERT INTO site_stats DEFAULT VALUES;
INSERT INTO members (email) VALUES ('a@example.com'), ('b@example.com'), ('c@example.com');
UPDATE site_stats SET members = 5;
