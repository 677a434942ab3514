// writes: 11 orm, 15 orm
import { LessThan, type DataSource, type Repository } from 'typeorm';
import { Preset } from './preset.entity';

export class Presets {
  constructor(private readonly presetRepository: Repository<Preset>, private readonly source: DataSource) {}
  async archive(most: number) {
    await this.presetRepository.update({ usageCount: LessThan(most) }, { archived: true });
  }
  async reset(id: string) {
    await this.presetRepository.update({ id }, { usageCount: 0 });
  }
  async managed(most: number) {
    await this.source.manager.update(Preset, { usageCount: LessThan(most) }, { archived: true });
    await this.source.manager.update(Preset, { archived: true }, { usageCount: 0 });
  }
}
