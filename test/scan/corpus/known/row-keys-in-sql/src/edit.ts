// writes: 8 sql
import { pool } from './pool';

export async function edit(id: string, name: string) {
  const { rows } = await pool.query('SELECT * FROM presets WHERE id = $1', [id]);
  const row = { ...rows[0], name };
  const columns = Object.keys(row).filter(column => column !== 'id');
  await pool.query(`UPDATE presets SET ${columns.map((column, at) => `${column} = $${at + 2}`).join(', ')} WHERE id = $1`, [id]);
}
