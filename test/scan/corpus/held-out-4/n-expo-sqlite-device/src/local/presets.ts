// writes: none
import * as SQLite from 'expo-sqlite';

const db = SQLite.openDatabaseSync('studio.db');

export function prepare() {
  db.execSync('CREATE TABLE IF NOT EXISTS presets (id TEXT PRIMARY KEY, name TEXT NOT NULL, usage_count INTEGER NOT NULL DEFAULT 0)');
}

export async function applied(id: string) {
  await db.runAsync('UPDATE presets SET usage_count = usage_count + 1 WHERE id = ?', [id]);
}

export async function mostUsed() {
  return db.getAllAsync<{ id: string; name: string; usage_count: number }>(
    'SELECT id, name, usage_count FROM presets ORDER BY usage_count DESC LIMIT 10',
  );
}
