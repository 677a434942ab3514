// writes: 24 query-builder
import type { Knex } from 'knex';
import { BaseRepository } from './BaseRepository';

export interface PresetRow {
  id: number;
  name: string;
  usage_count: number;
  archived: boolean;
}

export class PresetRepository extends BaseRepository<PresetRow> {
  constructor(knex: Knex) {
    super(knex, 'presets');
  }

  archive(id: number) {
    return this.patch(id, { archived: true });
  }

  async registerUse(id: number) {
    const preset = await this.findById(id);
    if (!preset) throw new Error(`preset ${id} not found`);
    await this.patch(id, { usage_count: preset.usage_count + 1 });
  }
}
