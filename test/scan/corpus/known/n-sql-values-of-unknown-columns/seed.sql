-- writes: none
-- usage_count is somewhere in it, or is not.
INSERT INTO presets VALUES (1, 'Film', 10);
