// writes: 8 query-builder
import type { Kysely } from 'kysely';
import type { Database } from './database';

export function track(db: Kysely<Database>, presetId: string, userId: string) {
  return db.transaction().execute(async trx => {
    await trx.insertInto('preset_usage').values({ preset_id: presetId, user_id: userId }).execute();
    await trx.updateTable('presets').set(eb => ({ usage_count: eb('usage_count', '+', 1) })).where('id', '=', presetId).execute();
  });
}
