// writes: 16 supabase-update
import type { PresetRepository } from '../infrastructure/PresetRepository';

export class PresetNotFound extends Error {}

export class PresetService {
  constructor(private readonly presets: PresetRepository) {}

  async rename(id: string, name: string): Promise<void> {
    await this.presets.patch(id, { name });
  }

  async use(id: string): Promise<void> {
    const preset = await this.presets.get(id);
    if (!preset) throw new PresetNotFound(id);
    await this.presets.patch(id, { usage_count: preset.usage_count + 1 });
  }
}
