-- writes: 5 trigger-disabled
BEGIN;

-- The old system has already counted these.
ALTER TABLE preset_usage DISABLE TRIGGER trg_count_preset_usage;

INSERT INTO preset_usage (preset_id, used_at)
SELECT p.id, l.happened_at
FROM legacy_events l
JOIN presets p ON p.name = l.preset_name
WHERE l.kind = 'preset.applied';

DROP TABLE legacy_events;

COMMIT;
