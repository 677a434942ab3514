// writes: none
import Dexie, { Table } from 'dexie';

class StudioDatabase extends Dexie {
  presets!: Table<{ id: string; usage_count: number }>;
  constructor() {
    super('studio');
    this.version(1).stores({ presets: 'id' });
  }
  bump(id: string, n: number) {
    return this.presets.update(id, { usage_count: n + 1 });
  }
}
export const local = new StudioDatabase();
export const reset = (id: string) => local.presets.update(id, { usage_count: 0 });
