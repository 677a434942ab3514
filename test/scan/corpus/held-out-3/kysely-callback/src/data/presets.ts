// writes: 8 query-builder
import type { Kysely } from 'kysely';
import type { Database } from './types';

export function touchPreset(db: Kysely<Database>, id: string) {
  return db
    .updateTable('presets')
    .set(eb => ({ usage_count: eb('usage_count', '+', 1), last_used_at: eb.fn('now', []) }))
    .where('id', '=', id)
    .executeTakeFirst();
}
