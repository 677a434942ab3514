-- writes: 10 migration-counter
-- Keeps the old reporting working.
CREATE OR REPLACE RULE preset_usage_daily AS
    ON INSERT TO preset_usage
    DO ALSO
    INSERT INTO preset_usage_daily (preset_id, day, uses)
    VALUES (NEW.preset_id, CURRENT_DATE, 1)
    ON CONFLICT (preset_id, day) DO UPDATE SET uses = preset_usage_daily.uses + 1;

CREATE OR REPLACE RULE preset_usage_popularity AS
    ON INSERT TO preset_usage
    DO ALSO
    UPDATE presets SET usage_count = usage_count + 1 WHERE presets.id = NEW.preset_id;
