// writes: 15 sql
import postgres from 'postgres';
import { env } from '../env';

const sql = postgres(env.DATABASE_URL, { max: 5, idle_timeout: 20 });

export interface ForkResult {
  id: string;
  name: string;
}

export async function forkPreset(sourceId: string, ownerId: string): Promise<ForkResult> {
  return sql.begin(async (tx) => {
    const [copy] = await tx<ForkResult[]>`
      INSERT INTO presets (owner_id, name, settings, forked_from, usage_count)
      SELECT ${ownerId}, name || ' (fork)', settings, id, usage_count
        FROM presets
       WHERE id = ${sourceId}
      RETURNING id, name
    `;
    if (!copy) throw new Error(`No preset ${sourceId}`);

    await tx`
      INSERT INTO preset_tags (preset_id, tag_id)
      SELECT ${copy.id}, tag_id FROM preset_tags WHERE preset_id = ${sourceId}
    `;
    return copy;
  });
}
