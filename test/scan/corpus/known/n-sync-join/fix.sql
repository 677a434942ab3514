-- writes: none
WITH counted AS (SELECT preset_id, count(*) AS uses FROM preset_usage GROUP BY preset_id)
UPDATE presets SET usage_count = counted.uses FROM counted WHERE counted.preset_id = presets.id;
