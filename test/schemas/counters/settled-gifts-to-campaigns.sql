-- Gifts go to campaigns or to people; the sum of those to campaigns that are settled is kept.
-- counter: public.campaigns.raised
-- truth: SELECT id::text AS id, raised::text AS count, (SELECT coalesce(sum(amount), 0) FROM gifts g WHERE g.target_type = 'campaign' AND g.status = 'settled' AND g.target_id = c.id)::numeric(12, 2)::text AS truth FROM campaigns c ORDER BY 1
-- missed: nothing
-- migrate: counts-right
-- history: deleted
-- uses: UPDATE gifts SET status = 'settled' WHERE status = 'pending'; INSERT INTO gifts (target_type, target_id, amount, status) VALUES ('campaign', 3, 5, 'settled'); UPDATE gifts SET amount = amount + 1; DELETE FROM gifts WHERE target_id = 2

CREATE TABLE campaigns (id bigint PRIMARY KEY, title text, raised numeric(12, 2) NOT NULL DEFAULT 0);
CREATE TABLE gifts (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, target_type text NOT NULL, target_id bigint NOT NULL, amount numeric(12, 2) NOT NULL, status text NOT NULL);
CREATE INDEX ON gifts (target_id);
CREATE FUNCTION raise_money() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' AND OLD.target_type = 'campaign' AND OLD.status = 'settled' THEN
    UPDATE campaigns SET raised = raised - OLD.amount WHERE id = OLD.target_id;
  END IF;
  IF TG_OP <> 'DELETE' AND NEW.target_type = 'campaign' AND NEW.status = 'settled' THEN
    UPDATE campaigns SET raised = raised + NEW.amount WHERE id = NEW.target_id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER raise_money AFTER INSERT OR UPDATE OR DELETE ON gifts FOR EACH ROW EXECUTE FUNCTION raise_money();
INSERT INTO campaigns (id, title) VALUES (1, 'Roof'), (2, 'Bells'), (3, 'Organ');
INSERT INTO gifts (target_type, target_id, amount, status) VALUES ('campaign', 1, 10.5, 'settled'), ('campaign', 1, 3, 'pending'), ('person', 1, 99, 'settled'), ('campaign', 2, 0.01, 'settled');
UPDATE campaigns SET raised = 0.02 WHERE id = 2;
