-- writes: 2 migration-counter, 8 sql
SELECT cron.schedule('add-uses', '0 * * * *', $job$
  UPDATE presets p SET usage_count = usage_count + n.uses
    FROM (SELECT preset_id, count(*) AS uses FROM preset_usage WHERE created_at > now() - interval '1 hour' GROUP BY 1) n
   WHERE n.preset_id = p.id
$job$);

UPDATE presets SET usage_count = usage_count + (SELECT count(*) FROM preset_usage u WHERE u.preset_id = presets.id);

UPDATE presets p SET usage_count = p.usage_count + d.missing
  FROM (SELECT q.id, count(u.id) - q.usage_count AS missing FROM presets q LEFT JOIN preset_usage u ON u.preset_id = q.id GROUP BY q.id) d
 WHERE d.id = p.id;
