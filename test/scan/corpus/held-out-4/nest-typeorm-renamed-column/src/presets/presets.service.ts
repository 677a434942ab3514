// writes: 24 orm, 29 orm
import { Injectable, NotFoundException } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Preset } from './preset.entity';
import { PresetUsage } from './preset-usage.entity';

@Injectable()
export class PresetsService {
  constructor(
    @InjectRepository(Preset) private readonly presets: Repository<Preset>,
    @InjectRepository(PresetUsage) private readonly usages: Repository<PresetUsage>,
  ) {}

  async findOne(id: string) {
    const preset = await this.presets.findOneBy({ id });
    if (!preset) throw new NotFoundException();
    return preset;
  }

  async apply(id: string) {
    const preset = await this.findOne(id);
    await this.usages.save(this.usages.create({ preset }));
    await this.presets.increment({ id }, 'timesApplied', 1);
    return preset;
  }

  async archive(id: string) {
    await this.presets.update({ id }, { name: 'archived', timesApplied: 0 });
  }
}
