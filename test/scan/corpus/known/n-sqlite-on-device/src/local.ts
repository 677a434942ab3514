// writes: none
import * as SQLite from 'expo-sqlite';

const db = SQLite.openDatabaseSync('studio');
export const bump = (id: string) =>
  db.runAsync('UPDATE presets SET usage_count = usage_count + 1 WHERE id = ?', id);
