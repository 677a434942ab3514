-- writes: none
-- UPDATE presets SET usage_count = usage_count + 1;
INSERT INTO changelog (text) VALUES ('UPDATE presets SET usage_count = usage_count + 1 was removed');
/* UPDATE presets SET usage_count = 0; */
SELECT usage_count FROM presets;
