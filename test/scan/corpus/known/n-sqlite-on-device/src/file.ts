// writes: none
import Database from 'better-sqlite3';

const db = new Database('studio.db');
export const bump = (id: string) => db.prepare('UPDATE presets SET usage_count = usage_count + 1 WHERE id = ?').run(id);
