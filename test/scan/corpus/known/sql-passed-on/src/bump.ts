// writes: 5 sql
import { pool } from './pool';

const increment = (schema: string, table: string, column: string, id: string) =>
  pool.query(`UPDATE ${schema}.${table} SET ${column} = coalesce(${column}, 0) + 1 WHERE id = $1`, [id]);
const inPublic = (table: string, column: string, id: string) => increment('public', table, column, id);
const uses = (table: string, id: string) => inPublic(table, 'usage_count', id);
['styles', 'presets'].forEach(table => uses(table, 'a'));
