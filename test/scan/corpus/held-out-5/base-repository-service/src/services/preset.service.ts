// writes: 15 supabase-update
import type { PresetRepository } from '../repositories/preset.repository';

export class PresetService {
  constructor(private readonly presets: PresetRepository) {}

  async rename(id: string, name: string) {
    await this.presets.update(id, { name: name.trim() });
  }

  async markUsed(id: string) {
    const preset = await this.presets.findById(id);
    if (!preset) throw new Error(`Preset ${id} does not exist`);
    const last_used_at = new Date().toISOString();
    await this.presets.update(id, { usage_count: preset.usage_count + 1, last_used_at });
    return last_used_at;
  }
}
