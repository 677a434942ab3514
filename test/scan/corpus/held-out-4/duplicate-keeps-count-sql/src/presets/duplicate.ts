// writes: 7 sql
import type { PoolClient } from 'pg';
import { withClient } from '../db';

export async function duplicatePreset(id: string, ownerId: string): Promise<string> {
  return withClient(async (client: PoolClient) => {
    const { rows } = await client.query(`INSERT INTO presets (owner_id, name, settings, usage_count) SELECT $2, name || ' (copy)', settings, usage_count
        FROM presets
       WHERE id = $1
      RETURNING id`, [id, ownerId]);
    const copy = rows[0];
    if (!copy) throw new Error(`There is no preset ${id}`);
    await client.query('INSERT INTO preset_tags (preset_id, tag) SELECT $2, tag FROM preset_tags WHERE preset_id = $1', [id, copy.id]);
    return copy.id;
  });
}
