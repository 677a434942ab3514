// writes: 7 query-builder
import { db } from '../db';

export async function touch(id: number) {
  await db('presets')
    .where('id', id)
    .update({ usage_count: db.raw('usage_count + 1'), last_used_at: db.fn.now() });
}
