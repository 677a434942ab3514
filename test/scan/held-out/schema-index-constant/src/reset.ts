// writes: 8 query-builder
import { db } from './db';
import { tables } from './tables';

const TABLE = 'presets';

export async function resetSeason() {
  await db.update(tables[TABLE]).set({ usageCount: 0 });
}
