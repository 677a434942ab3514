-- writes: 7 sql
-- The presets that were in the desktop product, with the uses counted there.
BEGIN;

INSERT INTO palettes VALUES (1, ARRAY['#101010', '#fafafa']);

INSERT INTO presets VALUES (9001, 'House style', 2310, '{"palette": 1}');

COMMIT;
