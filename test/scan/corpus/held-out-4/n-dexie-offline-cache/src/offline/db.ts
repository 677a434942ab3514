// writes: none
import Dexie, { type Table } from 'dexie';

export interface CachedPreset {
  id: string;
  name: string;
  usage_count: number;
  cached_at: number;
}

class OfflineDatabase extends Dexie {
  presets!: Table<CachedPreset, string>;

  constructor() {
    super('studio-offline');
    this.version(2).stores({ presets: 'id, name, usage_count' });
  }
}

export const offline = new OfflineDatabase();
