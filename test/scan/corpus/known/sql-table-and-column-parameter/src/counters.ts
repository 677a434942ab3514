// writes: 5 sql
import { pool } from './pool';

export const increment = (table: string, column: string, id: string) =>
  pool.query(`UPDATE "${table}" SET "${column}" = "${column}" + 1 WHERE id = $1`, [id]);
