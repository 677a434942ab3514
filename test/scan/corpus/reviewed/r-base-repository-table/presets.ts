// writes: 6 supabase-update
import { BaseRepository } from './base'
export class PresetsRepository extends BaseRepository<Preset> {
  protected table = 'presets'
  async markUsed(preset: Preset) {
    return this.update(preset.id, { usage_count: preset.usage_count + 1 })
  }
}
