// writes: 7 query-builder
import type { Kysely } from 'kysely';
import type { Database } from './types';

export async function edit(db: Kysely<Database>, id: string, name: string) {
  const row = await db.selectFrom('presets').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  await db.updateTable('presets').set({ ...row, name }).where('id', '=', id).execute();
}
