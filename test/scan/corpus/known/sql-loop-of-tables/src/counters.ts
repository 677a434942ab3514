// writes: 8 sql, 10 sql
import { pool } from './pool';

const TABLES = ['styles', 'presets'] as const;

export async function resetAll() {
  for (const table of TABLES) {
    await pool.query(`UPDATE ${table} SET usage_count = 0`);
  }
  await Promise.all(TABLES.map(name => pool.query(`UPDATE ${name} SET usage_count = usage_count + 1`)));
}
