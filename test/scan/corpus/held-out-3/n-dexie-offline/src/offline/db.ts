// writes: none
import Dexie, { type EntityTable } from 'dexie';

interface LocalPreset {
  id: string;
  name: string;
  usage_count: number;
}

export const db = new Dexie('studio') as Dexie & { presets: EntityTable<LocalPreset, 'id'> };

db.version(3).stores({ presets: 'id, name, usage_count' });
