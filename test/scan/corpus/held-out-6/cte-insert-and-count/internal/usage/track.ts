// writes: 16 sql
import type { Pool } from 'pg';

export interface Use {
  presetId: string;
  userId: string;
  meta?: object;
}

const TRACK_SQL = `
  WITH logged AS (
    INSERT INTO preset_usage (preset_id, user_id, meta)
    VALUES ($1, $2, $3)
    RETURNING preset_id
  )
  UPDATE presets
  SET usage_count = presets.usage_count + 1
  FROM logged
  WHERE presets.id = logged.preset_id
  RETURNING presets.usage_count
`;

export class UsageTracker {
  constructor(private readonly pool: Pool) {}

  async track({ presetId, userId, meta = {} }: Use): Promise<number> {
    const { rows } = await this.pool.query<{ usage_count: number }>(TRACK_SQL, [presetId, userId, JSON.stringify(meta)]);
    if (!rows[0]) throw new Error(`no preset ${presetId}`);
    return rows[0].usage_count;
  }
}
