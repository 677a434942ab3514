// writes: none
import { algoliasearch } from 'algoliasearch';
import { pool } from '../db';

const client = algoliasearch(process.env.ALGOLIA_APP_ID!, process.env.ALGOLIA_ADMIN_KEY!);
const INDEX = 'presets';

export async function reindexPresets(since: Date) {
  const { rows } = await pool.query(
    `SELECT p.id, p.name, p.usage_count, array_agg(t.tag) AS tags
       FROM presets p
       LEFT JOIN preset_tags t ON t.preset_id = p.id
      WHERE p.updated_at > $1
      GROUP BY p.id`,
    [since],
  );

  await client.partialUpdateObjects({
    indexName: INDEX,
    objects: rows.map(row => ({ objectID: row.id, name: row.name, usage_count: row.usage_count, tags: row.tags })),
    createIfNotExists: true,
  });
  return rows.length;
}
