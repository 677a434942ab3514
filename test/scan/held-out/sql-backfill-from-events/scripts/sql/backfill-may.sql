-- writes: 6 sql
-- The tracker was down in May; the events are in the warehouse export.
CREATE TEMP TABLE may (preset_id uuid, uses integer);
\copy may FROM 'may.csv' CSV HEADER

UPDATE presets p
   SET usage_count = p.usage_count + may.uses
  FROM may
 WHERE may.preset_id = p.id;
