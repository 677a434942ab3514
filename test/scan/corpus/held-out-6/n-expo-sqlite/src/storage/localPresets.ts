// writes: none
import * as SQLite from 'expo-sqlite';

const db = SQLite.openDatabaseSync('studio.db');

export function prepare() {
  db.execSync(`
    PRAGMA journal_mode = WAL;
    CREATE TABLE IF NOT EXISTS presets (
      id TEXT PRIMARY KEY NOT NULL,
      name TEXT NOT NULL,
      settings TEXT NOT NULL,
      usage_count INTEGER NOT NULL DEFAULT 0
    );
  `);
}

export async function useLocally(id: string) {
  await db.runAsync('UPDATE presets SET usage_count = usage_count + 1 WHERE id = ?', id);
}

export async function mostUsed(limit = 8) {
  return db.getAllAsync<{ id: string; name: string; usage_count: number }>(
    'SELECT id, name, usage_count FROM presets ORDER BY usage_count DESC LIMIT ?',
    limit,
  );
}
