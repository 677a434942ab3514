// writes: 3 sql
import { pool } from './pool';
export const used = async (id: string) => (await pool.query('SELECT add_use($1) AS uses', [id])).rows[0].uses;
