// writes: none
import type { Knex } from 'knex';
import { TableRepository } from './TableRepository';

export class PresetRepository extends TableRepository {
  constructor(knex: Knex) {
    super(knex, 'presets');
  }

  publish(id: string) {
    return this.update(id, { published_at: new Date() });
  }

  liked(id: string) {
    return this.bump(id, 'like_count');
  }
}

export class SnippetRepository extends TableRepository {
  constructor(knex: Knex) {
    super(knex, 'snippets');
  }

  used(id: string) {
    return this.bump(id, 'usage_count');
  }
}
