-- writes: none
-- bring the counts in line with the records
UPDATE presets p
   SET usage_count = (SELECT count(*) FROM preset_usage u WHERE u.preset_id = p.id)
 WHERE usage_count <> (SELECT count(*) FROM preset_usage u WHERE u.preset_id = p.id);
