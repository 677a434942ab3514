// writes: 21 query-builder
import type { Kysely } from 'kysely';
import type { DB } from '../db/types';

export class UsageService {
  constructor(private readonly db: Kysely<DB>) {}

  async history(presetId: string) {
    return this.db
      .selectFrom('preset_usage')
      .select(['user_id', 'created_at'])
      .where('preset_id', '=', presetId)
      .orderBy('created_at', 'desc')
      .execute();
  }

  async record(presetId: string, userId: string) {
    await this.db.transaction().execute(async (trx) => {
      await trx.insertInto('preset_usage').values({ preset_id: presetId, user_id: userId }).execute();
      await trx
        .updateTable('presets').set((eb) => ({ usage_count: eb('usage_count', '+', 1), last_used_at: new Date() }))
        .where('id', '=', presetId)
        .execute();
    });
  }
}
