// writes: 17 query-builder
import type { Kysely } from 'kysely';
import type { DB } from '../db/types';

export class PresetRepository {
  constructor(private readonly db: Kysely<DB>) {}

  async list() {
    return this.db.selectFrom('presets').selectAll().orderBy('usage_count', 'desc').execute();
  }

  async addUsage(presetId: string, userId: string) {
    await this.db.insertInto('preset_usage').values({ preset_id: presetId, user_id: userId }).execute();

    await this.db
      .updateTable('presets')
      .set(eb => ({
        usage_count: eb('usage_count', '+', 1),
        last_used_at: new Date(),
      }))
      .where('id', '=', presetId)
      .execute();
  }

  async rename(id: string, name: string) {
    await this.db.updateTable('presets').set({ name }).where('id', '=', id).execute();
  }
}
