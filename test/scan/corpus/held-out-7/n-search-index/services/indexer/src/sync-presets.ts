// writes: none
import { algoliasearch } from 'algoliasearch';
import { Client } from '@elastic/elasticsearch';
import { Pool } from 'pg';

const pool = new Pool();
const elastic = new Client({ node: process.env.ELASTIC_URL });
const algolia = algoliasearch(process.env.ALGOLIA_APP_ID!, process.env.ALGOLIA_ADMIN_KEY!);

export async function syncPresets(since: Date): Promise<number> {
  const { rows } = await pool.query('SELECT id, name, usage_count FROM presets WHERE last_used_at > $1', [since]);

  for (const row of rows) {
    await elastic.update({
      index: 'presets',
      id: row.id,
      doc: { name: row.name, usage_count: row.usage_count },
      doc_as_upsert: true,
    });
    await algolia.partialUpdateObject({
      indexName: 'presets',
      objectID: row.id,
      attributesToUpdate: { usage_count: row.usage_count },
    });
  }

  return rows.length;
}
