// writes: 9 query-builder
import { db } from './db';

export async function restore(id: string) {
  const row = await db.selectFrom('presets').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  await db
    .insertInto('presets')
    .values(row)
    .onConflict(oc => oc.column('id').doUpdateSet(row))
    .execute();
}

export async function name(id: string) {
  const row = await db.selectFrom('presets').select(['id', 'name']).where('id', '=', id).executeTakeFirstOrThrow();
  await db.updateTable('presets').set({ ...row, named: true }).where('id', '=', id).execute();
}
