// writes: none
import { type Kysely, sql } from 'kysely';
import type { DB } from '../types';
import { BaseRepository } from './base';

export class PaletteRepository extends BaseRepository<'palettes'> {
  constructor(db: Kysely<DB>) {
    super(db, 'palettes');
  }

  markUsed(id: string) {
    return this.patch(id, { usage_count: sql`usage_count + 1` });
  }
}
