// writes: 6 query-builder
import { sql, type Kysely } from 'kysely';
export async function bump(db: Kysely<DB>, id: string) {
  return db
    .updateTable('presets')
    .set({
      usage_count: sql`usage_count + 1`,
    })
    .where('id', '=', id)
    .executeTakeFirst();
}
