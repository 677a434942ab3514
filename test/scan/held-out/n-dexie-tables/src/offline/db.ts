// writes: none
import Dexie, { type EntityTable } from 'dexie';

interface Preset {
  id: string;
  name: string;
  usage_count: number;
}

export const db = new Dexie('studio') as Dexie & { presets: EntityTable<Preset, 'id'> };
db.version(1).stores({ presets: 'id, name, usage_count' });
