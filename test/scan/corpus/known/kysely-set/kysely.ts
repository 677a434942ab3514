// writes: 7 query-builder
import { db } from './kysely';

export async function countUse(id: string) {
  await db
    .updateTable('presets')
    .set(eb => ({ usage_count: eb('usage_count', '+', 1) }))
    .where('id', '=', id)
    .execute();
}
