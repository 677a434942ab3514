-- writes: 5 trigger-disabled
-- Bring the uses of the old product over without touching the counters.
BEGIN;

ALTER TABLE preset_usage DISABLE TRIGGER trigger_auto_increment_preset_usage_count;

INSERT INTO preset_usage (preset_id, user_id, created_at)
SELECT m.preset_id, u.id, h.used_at
  FROM legacy.usage_history h
  JOIN legacy.preset_map m ON m.legacy_id = h.preset_id
  JOIN users u ON u.legacy_id = h.user_id;

DROP TABLE legacy.usage_history;

COMMIT;
