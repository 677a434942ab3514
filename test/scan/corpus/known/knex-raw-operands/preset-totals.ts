// writes: 9 query-builder, 13 query-builder, 17 query-builder, 21 query-builder
import type { Knex } from 'knex';

export class PresetTotals {
  constructor(private readonly knex: Knex) {}

  async removed(id: string, count: number) {
    const deleted = await this.knex('preset_usage').where({ preset_id: id }).del();
    await this.knex('presets').where({ id }).update({ usage_count: this.knex.raw('usage_count - ?', [deleted]) });
  }

  async lower(id: string, count: number) {
    await this.knex.table('presets').where({ id }).update({ usage_count: this.knex.raw('usage_count - :count', { count }) });
  }

  async pending(id: string) {
    await this.knex('presets').where({ id }).update({ usage_count: this.knex.raw('usage_count + pending_count') });
  }

  async twice(id: string) {
    await this.knex('presets').where({ id }).update({ usage_count: this.knex.raw('coalesce(usage_count, 0) + (SELECT 1)') });
  }
}
