// writes: 7 orm
import { Repository } from 'typeorm'
import { Preset } from './preset.entity'
export class PresetRepository {
  constructor(private readonly repo: Repository<Preset>) {}
  async touch(id: string): Promise<void> {
    await this.repo.increment({ id }, 'usageCount', 1)
  }
}
