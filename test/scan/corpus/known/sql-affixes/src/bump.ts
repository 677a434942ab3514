// writes: 5 sql, 6 supabase-update
import { pool } from './pool';

export const bump = (kind: 'preset' | 'style', id: string) =>
  pool.query(`UPDATE ${kind}s SET usage_count = usage_count + 1 WHERE id = $1`, [id]);
export const reset = (kind: string, db: any) => db.from(`${kind}s`).update({ usage_count: 0 }).neq('id', '');
bump('preset', 'a');
bump('style', 'a');
reset('preset', pool);
