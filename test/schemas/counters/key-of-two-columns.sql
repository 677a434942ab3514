-- Tickets are numbered within a tenant; messages refer to both.
-- counter: public.tickets.messages_count
-- truth: SELECT tenant_id::text || ' ' || no::text AS id, messages_count::text AS count, (SELECT count(*) FROM messages m WHERE m.tenant_id = t.tenant_id AND m.ticket_no = t.no)::text AS truth FROM tickets t ORDER BY 1
-- missed: move
-- migrate: installs
-- history: refused
-- uses: INSERT INTO messages (tenant_id, ticket_no) VALUES ('a "b", c', 1), ('acme', 2); DELETE FROM messages WHERE ticket_no = 1 AND tenant_id = 'acme'

CREATE TABLE tickets (tenant_id text NOT NULL, no integer NOT NULL, subject text, messages_count integer NOT NULL DEFAULT 0, PRIMARY KEY (tenant_id, no));
CREATE TABLE messages (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant_id text NOT NULL, ticket_no integer NOT NULL, FOREIGN KEY (tenant_id, ticket_no) REFERENCES tickets);
CREATE INDEX ON messages (tenant_id, ticket_no);
CREATE FUNCTION count_message() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    UPDATE tickets SET messages_count = messages_count + 1 WHERE tenant_id = NEW.tenant_id AND no = NEW.ticket_no;
    RETURN NEW;
  END IF;
  UPDATE tickets SET messages_count = messages_count - 1 WHERE tenant_id = OLD.tenant_id AND no = OLD.ticket_no;
  RETURN OLD;
END $$;
CREATE TRIGGER count_message AFTER INSERT OR DELETE ON messages FOR EACH ROW EXECUTE FUNCTION count_message();
INSERT INTO tickets VALUES ('acme', 1, 'Broken'), ('acme', 2, 'Slow'), ('a "b", c', 1, 'Odd');
INSERT INTO messages (tenant_id, ticket_no) VALUES ('acme', 1), ('acme', 1), ('a "b", c', 1), ('acme', 2);
UPDATE tickets SET messages_count = 6 WHERE tenant_id = 'a "b", c';
UPDATE tickets SET messages_count = 0 WHERE no = 2;
