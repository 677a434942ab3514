// writes: 22 orm
import { Injectable, NotFoundException } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Preset } from './preset.entity';

@Injectable()
export class PresetsService {
  constructor(@InjectRepository(Preset) private readonly presets: Repository<Preset>) {}

  async findPopular(limit = 20): Promise<Preset[]> {
    return this.presets.find({ order: { usageCount: 'DESC' }, take: limit });
  }

  async like(id: string): Promise<void> {
    await this.presets.increment({ id }, 'likeCount', 1);
  }

  async apply(id: string): Promise<Preset> {
    const preset = await this.presets.findOneBy({ id });
    if (!preset) throw new NotFoundException();
    await this.presets.increment({ id }, 'usageCount', 1);
    return preset;
  }
}
