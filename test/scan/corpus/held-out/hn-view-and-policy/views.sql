-- writes: none
CREATE VIEW popular_presets AS SELECT id, name, usage_count FROM presets WHERE usage_count > 10;
CREATE POLICY read_presets ON presets FOR SELECT USING (true);
GRANT SELECT (id, usage_count) ON presets TO anon;
