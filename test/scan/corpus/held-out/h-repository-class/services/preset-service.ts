// writes: 6 supabase-update
import { PresetRepository } from '../repositories/preset-repository';
export class PresetService {
  constructor(private readonly presets: PresetRepository) {}
  async used(preset: Preset) {
    await this.presets.update(preset.id, { usage_count: preset.usage_count + 1, last_used_at: new Date() });
  }
}
