-- Only approved reviews count; the trigger counts inserts of approved ones and nothing that is approved later.
-- counter: public.products.reviews_count
-- truth: SELECT id::text AS id, reviews_count::text AS count, (SELECT count(*) FROM reviews r WHERE r.product_id = p.id AND status = 'approved')::text AS truth FROM products p ORDER BY 1
-- missed: delete move condition
-- migrate: installs
-- history: deleted
-- uses: INSERT INTO reviews (product_id, status) VALUES (3, 'approved'), (1, 'pending'); UPDATE reviews SET status = 'rejected' WHERE product_id = 1; UPDATE reviews SET product_id = 3 WHERE product_id = 2; DELETE FROM reviews WHERE product_id = 3 AND status = 'rejected'

CREATE TYPE review_status AS ENUM ('pending', 'approved', 'rejected');
CREATE TABLE products (id bigint PRIMARY KEY, name text NOT NULL, reviews_count bigint DEFAULT 0);
CREATE TABLE reviews (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, product_id bigint NOT NULL REFERENCES products, status review_status NOT NULL DEFAULT 'pending');
CREATE INDEX ON reviews (product_id);
CREATE FUNCTION count_review() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE products SET reviews_count = coalesce(reviews_count, 0) + 1 WHERE id = NEW.product_id;
  RETURN NEW;
END $$;
CREATE TRIGGER count_review AFTER INSERT ON reviews FOR EACH ROW WHEN (NEW.status = 'approved') EXECUTE FUNCTION count_review();
INSERT INTO products (id, name) VALUES (1, 'Lamp'), (2, 'Chair'), (3, 'Desk');
INSERT INTO reviews (product_id, status) VALUES (1, 'approved'), (1, 'pending'), (2, 'pending'), (2, 'pending'), (3, 'rejected');
UPDATE reviews SET status = 'approved' WHERE product_id = 2;
