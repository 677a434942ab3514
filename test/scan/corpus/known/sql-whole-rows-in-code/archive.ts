// writes: 5 sql
import { pool } from './pool';

export async function restoreArchived(owner: string) {
  await pool.query('INSERT INTO presets SELECT * FROM presets_archive WHERE owner = $1', [owner]);
}
