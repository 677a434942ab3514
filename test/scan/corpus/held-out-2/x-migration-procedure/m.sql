-- writes: 3 migration-counter
CREATE PROCEDURE apply(p uuid) LANGUAGE sql BEGIN ATOMIC
  UPDATE presets SET usage_count = usage_count + 1 WHERE id = p;
END;
