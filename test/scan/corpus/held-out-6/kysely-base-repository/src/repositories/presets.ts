// writes: 16 query-builder
import { type Kysely, sql } from 'kysely';
import type { DB } from '../types';
import { BaseRepository } from './base';

export class PresetRepository extends BaseRepository<'presets'> {
  constructor(db: Kysely<DB>) {
    super(db, 'presets');
  }

  rename(id: string, name: string) {
    return this.patch(id, { name });
  }

  markUsed(id: string) {
    return this.patch(id, { usage_count: sql`usage_count + 1`, last_used_at: new Date() });
  }
}
