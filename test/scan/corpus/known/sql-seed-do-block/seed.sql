-- writes: 6 sql, 10 sql, 12 sql
DO $$
DECLARE old record;
BEGIN
  FOR old IN SELECT * FROM legacy LOOP
    INSERT INTO presets (id, name, usage_count)
    VALUES (old.id, old.name, coalesce(old.uses, 0));
  END LOOP;
END $$;
INSERT INTO presets SELECT * FROM jsonb_populate_recordset(null::presets, '[]');
WITH moved AS (DELETE FROM old_presets RETURNING *)
INSERT INTO presets (id, usage_count) SELECT id, usage_count FROM moved;
