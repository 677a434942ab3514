// writes: 22 orm, 28 orm
import { Injectable, NotFoundException } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { DataSource, Repository } from 'typeorm';
import { Preset } from './preset.entity';

@Injectable()
export class PresetsService {
  constructor(
    @InjectRepository(Preset) private readonly presets: Repository<Preset>,
    private readonly dataSource: DataSource,
  ) {}

  async view(id: string): Promise<Preset> {
    await this.presets.increment({ id }, 'viewCount', 1);
    const preset = await this.presets.findOneBy({ id });
    if (!preset) throw new NotFoundException();
    return preset;
  }

  async apply(id: string): Promise<void> {
    await this.presets.increment({ id }, 'usageCount', 1);
  }

  async applyMany(ids: string[]): Promise<void> {
    await this.dataSource.transaction(async manager => {
      for (const id of ids) {
        await manager.increment(Preset, { id }, 'usageCount', 1);
      }
    });
  }
}
