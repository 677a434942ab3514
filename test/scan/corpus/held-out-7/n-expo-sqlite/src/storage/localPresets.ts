// writes: none
import * as SQLite from 'expo-sqlite';

const database = SQLite.openDatabaseSync('presets.db');

export function prepare() {
  database.execSync(`
    CREATE TABLE IF NOT EXISTS presets (
      id TEXT PRIMARY KEY NOT NULL,
      name TEXT NOT NULL,
      usage_count INTEGER NOT NULL DEFAULT 0
    );
  `);
}

/** The picker shows the presets that this phone used most. */
export async function rememberUse(id: string) {
  await database.runAsync('UPDATE presets SET usage_count = usage_count + 1 WHERE id = ?', [id]);
}

export function mostUsed(limit = 8) {
  return database.getAllAsync<{ id: string; name: string }>(
    'SELECT id, name FROM presets ORDER BY usage_count DESC LIMIT ?',
    [limit],
  );
}
