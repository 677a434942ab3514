// writes: none
import { CountedRepository } from './base';

class PresetRepository extends CountedRepository {
  constructor() { super('presets'); }
}
class StyleRepository extends CountedRepository {
  constructor() { super('styles'); }
}
export const usePreset = (id: string) => new PresetRepository().increment(id);
export const useStyle = (id: string) => new StyleRepository().increment(id);
