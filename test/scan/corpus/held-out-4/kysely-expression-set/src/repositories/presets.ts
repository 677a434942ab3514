// writes: 11 query-builder, 14 sql
import { type Kysely, sql } from 'kysely';
import type { DB } from '../db/types';

export function presetRepository(db: Kysely<DB>) {
  return {
    list: (ownerId: string) =>
      db.selectFrom('presets').selectAll().where('owner_id', '=', ownerId).orderBy('usage_count', 'desc').execute(),

    markUsed: (id: string) =>
      db.updateTable('presets').set((eb) => ({ usage_count: eb('usage_count', '+', 1) })).where('id', '=', id).execute(),

    markUsedMany: (ids: string[]) =>
      sql`update presets set usage_count = usage_count + 1 where id = any(${ids})`.execute(db),

    rename: (id: string, name: string) => db.updateTable('presets').set({ name }).where('id', '=', id).execute(),
  };
}
