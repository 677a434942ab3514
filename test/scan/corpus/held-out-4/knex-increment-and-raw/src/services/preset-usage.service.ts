// writes: 16 query-builder, 26 query-builder
import type { Knex } from 'knex';

interface UsageInput {
  presetId: number;
  userId: number;
  device?: string;
}

export class PresetUsageService {
  constructor(private readonly knex: Knex) {}

  async track({ presetId, userId, device }: UsageInput): Promise<void> {
    await this.knex.transaction(async (trx) => {
      await trx('preset_usage').insert({ preset_id: presetId, user_id: userId, device });
      await trx('presets').where({ id: presetId }).increment('usage_count', 1);
    });
  }

  async untrack({ presetId, userId }: UsageInput): Promise<void> {
    const removed = await this.knex('preset_usage').where({ preset_id: presetId, user_id: userId }).del();
    if (removed === 0) return;
    await this.knex
      .table('presets')
      .where('id', presetId)
      .update({ usage_count: this.knex.raw('usage_count - ?', [removed]) });
  }

  async merge(from: number, into: number): Promise<void> {
    await this.knex('preset_usage').where({ preset_id: from }).update({ preset_id: into });
    await this.knex('presets').where({ id: from }).del();
  }
}
