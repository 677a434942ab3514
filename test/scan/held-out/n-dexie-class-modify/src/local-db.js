// writes: none
import Dexie from 'dexie';

export class LocalDatabase extends Dexie {
  constructor() {
    super('presets-cache');
    this.version(3).stores({ presets: '&id, usage_count' });
    this.presets = this.table('presets');
  }

  used(id) {
    return this.presets.where('id').equals(id).modify(preset => {
      preset.usage_count = (preset.usage_count ?? 0) + 1;
    });
  }
}
