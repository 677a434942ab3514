-- An online shop.
CREATE EXTENSION IF NOT EXISTS citext;

CREATE TYPE review_status AS ENUM ('pending', 'approved', 'rejected');
CREATE TYPE order_status AS ENUM ('cart', 'placed', 'paid', 'shipped', 'delivered', 'cancelled');

CREATE TABLE customers (
    customer_id    bigserial PRIMARY KEY,
    email          citext NOT NULL UNIQUE,
    full_name      text NOT NULL,
    orders_count   integer NOT NULL DEFAULT 0,
    lifetime_value numeric(12,2) NOT NULL DEFAULT 0,
    loyalty_points integer NOT NULL DEFAULT 0,
    created_at     timestamptz NOT NULL DEFAULT current_timestamp
);

CREATE TABLE categories (
    category_id    bigserial PRIMARY KEY,
    name           text NOT NULL,
    sort_order     integer NOT NULL DEFAULT 0,
    products_count integer NOT NULL DEFAULT 0
);

CREATE TABLE products (
    product_id     bigserial PRIMARY KEY,
    category_id    bigint REFERENCES categories ON DELETE SET NULL,
    sku            text NOT NULL UNIQUE,
    name           text NOT NULL,
    price          numeric(10,2) NOT NULL,
    stock          integer NOT NULL DEFAULT 0,
    reorder_level  integer NOT NULL DEFAULT 5,
    weight_grams   integer,
    reviews_count  integer NOT NULL DEFAULT 0,
    rating_sum     integer NOT NULL DEFAULT 0,
    average_rating numeric(3,2) GENERATED ALWAYS AS (CASE WHEN reviews_count > 0 THEN rating_sum::numeric / reviews_count END) STORED,
    units_sold     integer NOT NULL DEFAULT 0,
    revenue        numeric(14,2) NOT NULL DEFAULT 0,
    view_count     bigint NOT NULL DEFAULT 0,
    updated_at     timestamptz NOT NULL DEFAULT current_timestamp
);

CREATE TABLE reviews (
    review_id   bigserial PRIMARY KEY,
    product_id  bigint NOT NULL REFERENCES products ON DELETE CASCADE,
    customer_id bigint NOT NULL REFERENCES customers ON DELETE CASCADE,
    rating      smallint NOT NULL CHECK (rating BETWEEN 1 AND 5),
    body        text,
    status      review_status NOT NULL DEFAULT 'pending',
    created_at  timestamptz NOT NULL DEFAULT current_timestamp
);

CREATE TABLE orders (
    order_id       bigserial PRIMARY KEY,
    customer_id    bigint NOT NULL REFERENCES customers,
    status         order_status NOT NULL DEFAULT 'cart',
    items_count    integer NOT NULL DEFAULT 0,
    total          numeric(12,2) NOT NULL DEFAULT 0,
    paid_total     numeric(12,2) NOT NULL DEFAULT 0,
    refunded_total numeric(12,2) NOT NULL DEFAULT 0,
    placed_at      timestamptz
);

CREATE TABLE order_items (
    order_id    bigint NOT NULL REFERENCES orders ON DELETE CASCADE,
    line_no     smallint NOT NULL,
    product_id  bigint NOT NULL REFERENCES products,
    quantity    integer NOT NULL CHECK (quantity > 0),
    unit_price  numeric(10,2) NOT NULL,
    line_total  numeric(12,2) NOT NULL,
    PRIMARY KEY (order_id, line_no)
);

CREATE TABLE payments (
    payment_id bigserial PRIMARY KEY,
    order_id   bigint NOT NULL REFERENCES orders ON DELETE CASCADE,
    amount     numeric(12,2) NOT NULL,
    status     text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'succeeded', 'failed')),
    attempts   integer NOT NULL DEFAULT 1
);

CREATE TABLE refunds (
    refund_id bigserial PRIMARY KEY,
    order_id  bigint NOT NULL REFERENCES orders ON DELETE CASCADE,
    amount    numeric(12,2),          -- unknown until the accountant has looked
    reason    text
);

CREATE TABLE coupons (
    code               citext PRIMARY KEY,
    percent_off        integer NOT NULL,
    max_redemptions    integer,
    redemptions_count  integer NOT NULL DEFAULT 0
);
CREATE TABLE coupon_redemptions (
    id           bigserial PRIMARY KEY,
    code         citext NOT NULL REFERENCES coupons,
    order_id     bigint REFERENCES orders ON DELETE SET NULL,
    redeemed_at  timestamptz NOT NULL DEFAULT current_timestamp
);

-- Reviews -------------------------------------------------------------------

CREATE OR REPLACE FUNCTION shop_review_stats() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
    IF (TG_OP = 'INSERT') THEN
        IF NEW.status = 'approved' THEN
            UPDATE products
               SET reviews_count = reviews_count + 1,
                   rating_sum = rating_sum + NEW.rating
             WHERE product_id = NEW.product_id;
        END IF;
    ELSIF (TG_OP = 'DELETE') THEN
        IF OLD.status = 'approved' THEN
            UPDATE products
               SET reviews_count = reviews_count - 1,
                   rating_sum = rating_sum - OLD.rating
             WHERE product_id = OLD.product_id;
        END IF;
    ELSE
        IF OLD.status = 'approved' THEN
            UPDATE products
               SET reviews_count = reviews_count - 1,
                   rating_sum = rating_sum - OLD.rating
             WHERE product_id = OLD.product_id;
        END IF;
        IF NEW.status = 'approved' THEN
            UPDATE products
               SET reviews_count = reviews_count + 1,
                   rating_sum = rating_sum + NEW.rating
             WHERE product_id = NEW.product_id;
        END IF;
    END IF;
    RETURN NULL;
END;
$fn$;
CREATE TRIGGER review_stats AFTER INSERT OR UPDATE OR DELETE ON reviews
    FOR EACH ROW EXECUTE FUNCTION shop_review_stats();

-- Order items ---------------------------------------------------------------

-- stock goes down when an item is ordered
CREATE OR REPLACE FUNCTION shop_take_stock() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
    UPDATE products SET stock = stock - NEW.quantity WHERE product_id = NEW.product_id;
    RETURN NEW;
END;
$fn$;
CREATE TRIGGER take_stock AFTER INSERT ON order_items FOR EACH ROW EXECUTE FUNCTION shop_take_stock();

CREATE OR REPLACE FUNCTION shop_units_sold() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
    IF TG_OP IN ('DELETE', 'UPDATE') THEN
        UPDATE products SET units_sold = units_sold - OLD.quantity WHERE product_id = OLD.product_id;
    END IF;
    IF TG_OP IN ('INSERT', 'UPDATE') THEN
        UPDATE products SET units_sold = units_sold + NEW.quantity WHERE product_id = NEW.product_id;
    END IF;
    RETURN NULL;
END;
$fn$;
CREATE TRIGGER units_sold AFTER INSERT OR DELETE OR UPDATE OF product_id, quantity ON order_items
    FOR EACH ROW EXECUTE FUNCTION shop_units_sold();

CREATE OR REPLACE FUNCTION shop_revenue_ins() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
    UPDATE products p SET revenue = p.revenue + d.amount
      FROM (SELECT product_id, sum(line_total) AS amount FROM added GROUP BY product_id) AS d
     WHERE d.product_id = p.product_id;
    RETURN NULL;
END;
$fn$;
CREATE OR REPLACE FUNCTION shop_revenue_del() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
    UPDATE products p SET revenue = p.revenue - d.amount
      FROM (SELECT product_id, sum(line_total) AS amount FROM removed GROUP BY product_id) AS d
     WHERE d.product_id = p.product_id;
    RETURN NULL;
END;
$fn$;
CREATE OR REPLACE FUNCTION shop_revenue_upd() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
    UPDATE products p SET revenue = p.revenue + d.amount
      FROM (SELECT product_id, sum(amount) AS amount
              FROM (SELECT product_id, line_total AS amount FROM added
                    UNION ALL
                    SELECT product_id, -line_total FROM removed) AS x
             GROUP BY product_id) AS d
     WHERE d.product_id = p.product_id AND d.amount <> 0;
    RETURN NULL;
END;
$fn$;
CREATE TRIGGER revenue_ins AFTER INSERT ON order_items REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION shop_revenue_ins();
CREATE TRIGGER revenue_del AFTER DELETE ON order_items REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION shop_revenue_del();
CREATE TRIGGER revenue_upd AFTER UPDATE ON order_items REFERENCING NEW TABLE AS added OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION shop_revenue_upd();

CREATE OR REPLACE FUNCTION shop_order_totals() RETURNS trigger LANGUAGE plpgsql AS $fn$
DECLARE
    the_order bigint := COALESCE(NEW.order_id, OLD.order_id);
BEGIN
    UPDATE orders
       SET items_count = (SELECT count(*) FROM order_items WHERE order_items.order_id = the_order),
           total = (SELECT COALESCE(sum(quantity * unit_price), 0) FROM order_items WHERE order_items.order_id = the_order)
     WHERE orders.order_id = the_order;
    RETURN NULL;
END;
$fn$;
CREATE TRIGGER order_totals AFTER INSERT OR UPDATE OR DELETE ON order_items
    FOR EACH ROW EXECUTE FUNCTION shop_order_totals();

-- Money ---------------------------------------------------------------------

CREATE OR REPLACE FUNCTION shop_paid() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.status = 'succeeded' THEN
        UPDATE orders SET paid_total = paid_total + NEW.amount WHERE order_id = NEW.order_id;
    ELSIF TG_OP = 'UPDATE' AND OLD.status <> 'succeeded' AND NEW.status = 'succeeded' THEN
        UPDATE orders SET paid_total = paid_total + NEW.amount WHERE order_id = NEW.order_id;
    ELSIF TG_OP = 'UPDATE' AND OLD.status = 'succeeded' AND NEW.status <> 'succeeded' THEN
        UPDATE orders SET paid_total = paid_total - OLD.amount WHERE order_id = OLD.order_id;
    ELSIF TG_OP = 'DELETE' AND OLD.status = 'succeeded' THEN
        UPDATE orders SET paid_total = paid_total - OLD.amount WHERE order_id = OLD.order_id;
    END IF;
    RETURN NULL;
END;
$fn$;
CREATE TRIGGER paid AFTER INSERT OR UPDATE OF status OR DELETE ON payments FOR EACH ROW EXECUTE FUNCTION shop_paid();

CREATE OR REPLACE FUNCTION shop_refunded() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        UPDATE orders SET refunded_total = refunded_total - COALESCE(OLD.amount, 0) WHERE order_id = OLD.order_id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        UPDATE orders SET refunded_total = refunded_total + COALESCE(NEW.amount, 0) WHERE order_id = NEW.order_id;
    END IF;
    RETURN NULL;
END;
$fn$;
CREATE TRIGGER refunded AFTER INSERT OR UPDATE OR DELETE ON refunds FOR EACH ROW EXECUTE FUNCTION shop_refunded();

CREATE OR REPLACE FUNCTION shop_customer_totals() RETURNS trigger LANGUAGE plpgsql AS $fn$
DECLARE
    cid bigint;
BEGIN
    IF TG_OP = 'DELETE' THEN cid := OLD.customer_id; ELSE cid := NEW.customer_id; END IF;
    UPDATE customers
       SET orders_count = (SELECT count(*) FROM orders o WHERE o.customer_id = cid AND o.status IN ('paid', 'shipped', 'delivered')),
           lifetime_value = (SELECT COALESCE(sum(o.total), 0) FROM orders o WHERE o.customer_id = cid AND o.status IN ('paid', 'shipped', 'delivered'))
     WHERE customer_id = cid;
    RETURN NULL;
END;
$fn$;
CREATE TRIGGER customer_totals AFTER INSERT OR UPDATE OR DELETE ON orders FOR EACH ROW EXECUTE FUNCTION shop_customer_totals();

-- Called by the application ---------------------------------------------------

CREATE OR REPLACE FUNCTION redeem_coupon(the_code citext, the_order bigint) RETURNS boolean LANGUAGE plpgsql AS $fn$
BEGIN
    PERFORM 1 FROM coupons WHERE code = the_code AND (max_redemptions IS NULL OR redemptions_count < max_redemptions) FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO coupon_redemptions (code, order_id) VALUES (the_code, the_order);
    UPDATE coupons SET redemptions_count = redemptions_count + 1 WHERE code = the_code;
    RETURN true;
END;
$fn$;

CREATE OR REPLACE FUNCTION product_viewed(the_product bigint) RETURNS void LANGUAGE sql AS $fn$
    UPDATE products SET view_count = view_count + 1 WHERE product_id = the_product
$fn$;

CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
    NEW.updated_at = current_timestamp;
    RETURN NEW;
END;
$fn$;
CREATE TRIGGER products_touch BEFORE UPDATE ON products FOR EACH ROW EXECUTE FUNCTION touch();

CREATE MATERIALIZED VIEW sales_by_category AS
    SELECT c.category_id, c.name, count(oi.order_id) AS items_count, sum(oi.line_total) AS revenue
      FROM categories c LEFT JOIN products p USING (category_id) LEFT JOIN order_items oi USING (product_id)
     GROUP BY c.category_id, c.name;

-- Data ------------------------------------------------------------------------

INSERT INTO customers (email, full_name) SELECT 'c' || n || '@example.org', 'Customer ' || n FROM generate_series(1, 9) n;
INSERT INTO categories (name, sort_order) VALUES ('Books', 10), ('Music', 20), ('Toys', 30), ('Garden', 40), ('Kitchen', 50), ('Office', 60), ('Empty', 70);
INSERT INTO products (category_id, sku, name, price, stock)
    SELECT 1 + n % 6, 'SKU-' || n, 'Product ' || n, 4.50 + n, 100 FROM generate_series(1, 15) n;
INSERT INTO reviews (product_id, customer_id, rating, status)
    SELECT 1 + n % 13, 1 + n % 9, 1 + (n * 7) % 5, (ARRAY['pending', 'approved', 'approved', 'rejected'])[1 + n % 4]::review_status
      FROM generate_series(1, 45) n;
UPDATE reviews SET status = 'approved' WHERE review_id IN (4, 8, 12);
UPDATE reviews SET status = 'rejected' WHERE review_id IN (1, 2, 5);
UPDATE reviews SET rating = 5 WHERE review_id IN (6, 9);
DELETE FROM reviews WHERE review_id IN (10, 11, 13);
INSERT INTO orders (customer_id, status, placed_at)
    SELECT 1 + n % 8, (ARRAY['cart', 'placed', 'paid', 'shipped', 'delivered', 'cancelled'])[1 + n % 6]::order_status, now() FROM generate_series(1, 22) n;
INSERT INTO order_items (order_id, line_no, product_id, quantity, unit_price, line_total)
    SELECT o, l, 1 + (o * l) % 14, 1 + (o + l) % 3, 4.50 + 1 + (o * l) % 14, (1 + (o + l) % 3) * (5.50 + (o * l) % 14)
      FROM generate_series(1, 20) o, generate_series(1, 2) l;
UPDATE order_items SET quantity = 5, line_total = 5 * unit_price WHERE order_id IN (3, 4) AND line_no = 1;
UPDATE order_items SET product_id = 15 WHERE order_id = 6 AND line_no = 2;
DELETE FROM order_items WHERE order_id = 7 OR (order_id = 8 AND line_no = 2);
UPDATE orders SET status = 'paid' WHERE order_id IN (6, 12);
UPDATE orders SET status = 'cancelled' WHERE order_id IN (2, 3);
INSERT INTO payments (order_id, amount, status) SELECT o, 10 + o, (ARRAY['succeeded', 'failed', 'pending'])[1 + o % 3] FROM generate_series(1, 20) o;
UPDATE payments SET status = 'succeeded' WHERE payment_id IN (1, 2);
UPDATE payments SET status = 'failed' WHERE payment_id = 3;
DELETE FROM payments WHERE payment_id = 6;
INSERT INTO refunds (order_id, amount) VALUES (3, 5.25), (3, NULL), (4, 1.10), (5, NULL), (9, 7.00), (10, 2.50);
UPDATE refunds SET amount = 3.30 WHERE refund_id = 4;
DELETE FROM refunds WHERE refund_id = 5;
INSERT INTO coupons (code, percent_off, max_redemptions) VALUES ('SPRING', 10, 100), ('VIP', 30, 3), ('NOBODY', 5, NULL), ('FRIEND', 15, NULL);
SELECT redeem_coupon((ARRAY['SPRING', 'VIP', 'FRIEND'])[1 + n % 3]::citext, n) FROM generate_series(1, 14) n;
SELECT product_viewed(1 + n % 7) FROM generate_series(1, 40) n;
-- written by the back office when it saves a product
UPDATE categories c SET products_count = (SELECT count(*) FROM products p WHERE p.category_id = c.category_id);
UPDATE categories SET products_count = products_count - 1 WHERE category_id = 5;
REFRESH MATERIALIZED VIEW sales_by_category;

-- wrong
UPDATE products SET revenue = revenue + 100.00 WHERE product_id = 4;
UPDATE products SET reviews_count = reviews_count + 1 WHERE product_id = 9;
