// writes: 6 sql
export const TRACK = /* sql */ `
  WITH used AS (
    INSERT INTO preset_usage (preset_id, user_id) VALUES ($1, $2) RETURNING preset_id
  )
  UPDATE presets p SET usage_count = p.usage_count + 1
    FROM used WHERE p.id = used.preset_id
`;
