-- writes: 3 migration-counter
CREATE FUNCTION flush_uses() RETURNS void LANGUAGE sql AS $$
  MERGE INTO presets p USING pending q ON p.id = q.preset_id
  WHEN MATCHED THEN UPDATE SET usage_count = p.usage_count + q.n;
$$;
