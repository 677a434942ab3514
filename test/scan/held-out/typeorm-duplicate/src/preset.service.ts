// writes: 13 orm
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Preset } from './preset.entity';

@Injectable()
export class PresetService {
  constructor(@InjectRepository(Preset) private readonly presets: Repository<Preset>) {}

  async used(id: string) {
    const preset = await this.presets.findOneByOrFail({ id });
    return this.presets.save({ ...preset, usageCount: preset.usageCount + 1 });
  }
}
