// writes: 5 sql
import { sql, type DatabasePool } from 'slonik'
export const markUsed = async (pool: DatabasePool, id: string) =>
  pool.query(sql.unsafe`
    UPDATE public.presets AS p
    SET usage_count = COALESCE(p.usage_count, 0) + 1
    WHERE p.id = ${id}
  `)
