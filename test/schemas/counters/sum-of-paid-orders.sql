-- The revenue of a shop is the sum of its paid orders, in cents.
-- counter: public.shops.revenue
-- truth: SELECT id::text AS id, revenue::text AS count, (SELECT coalesce(sum(cents), 0) FROM orders o WHERE o.shop_id = s.id AND o.status = 'paid')::text AS truth FROM shops s ORDER BY 1
-- missed: nothing
-- migrate: counts-right
-- history: deleted
-- uses: INSERT INTO orders (shop_id, cents, status) VALUES (3, 100, 'paid'), (3, 7, 'open'); UPDATE orders SET status = 'paid' WHERE status = 'open'; UPDATE orders SET cents = cents + 1; DELETE FROM orders WHERE status = 'refunded'

CREATE TABLE shops (id integer PRIMARY KEY, name text, revenue bigint NOT NULL DEFAULT 0);
CREATE TABLE orders (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), shop_id integer NOT NULL REFERENCES shops, cents bigint NOT NULL, status text NOT NULL DEFAULT 'open');
CREATE INDEX ON orders (shop_id);
CREATE FUNCTION add_revenue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' AND OLD.status = 'paid' THEN UPDATE shops SET revenue = revenue - OLD.cents WHERE id = OLD.shop_id; END IF;
  IF TG_OP <> 'DELETE' AND NEW.status = 'paid' THEN UPDATE shops SET revenue = revenue + NEW.cents WHERE id = NEW.shop_id; END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER add_revenue AFTER INSERT OR UPDATE OR DELETE ON orders FOR EACH ROW EXECUTE FUNCTION add_revenue();
INSERT INTO shops (id, name) VALUES (1, 'Books'), (2, 'Tea'), (3, 'New');
INSERT INTO orders (shop_id, cents, status) VALUES (1, 1999, 'paid'), (1, 500, 'open'), (2, 250, 'paid'), (2, 250, 'refunded');
UPDATE shops SET revenue = 1 WHERE id = 2;
