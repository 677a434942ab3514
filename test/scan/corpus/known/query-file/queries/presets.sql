-- writes: 6 sql
-- name: GetPreset :one
SELECT id, name, usage_count FROM presets WHERE id = $1;

-- name: IncrementPresetUsage :exec
UPDATE presets SET usage_count = usage_count + 1, last_used_at = now() WHERE id = $1;
