-- The balance of an account is the sum of its entries, some of which have no amount.
-- counter: public.accounts.balance
-- truth: SELECT id::text AS id, balance::text AS count, (SELECT coalesce(sum(amount), 0) FROM entries e WHERE e.account_id = a.id)::numeric(24, 4)::text AS truth FROM accounts a ORDER BY 1
-- missed: nothing
-- migrate: counts-right
-- history: deleted
-- uses: INSERT INTO entries (account_id, amount) VALUES (3, 5.5), (2, NULL); UPDATE entries SET amount = amount * 2 WHERE account_id = 1; UPDATE entries SET account_id = 3 WHERE amount = -6.5; DELETE FROM entries WHERE amount IS NULL

CREATE TABLE accounts (id integer PRIMARY KEY, name text, balance numeric(24, 4) NOT NULL DEFAULT 0);
CREATE TABLE entries (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account_id integer NOT NULL REFERENCES accounts, amount numeric(24, 4));
CREATE INDEX ON entries (account_id);
CREATE FUNCTION book() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN UPDATE accounts SET balance = balance - coalesce(OLD.amount, 0) WHERE id = OLD.account_id; END IF;
  IF TG_OP <> 'DELETE' THEN UPDATE accounts SET balance = balance + coalesce(NEW.amount, 0) WHERE id = NEW.account_id; END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER book AFTER INSERT OR UPDATE OR DELETE ON entries FOR EACH ROW EXECUTE FUNCTION book();
INSERT INTO accounts (id, name) VALUES (1, 'Cash'), (2, 'Bank'), (3, 'Nothing');
INSERT INTO entries (account_id, amount) VALUES (1, 10.5), (1, -3.25), (1, NULL), (2, 12345678901234.5678), (2, 0.0001);
UPDATE accounts SET balance = balance + 0.0001 WHERE id = 2;
UPDATE accounts SET balance = -7 WHERE id = 3;
