// writes: 12 orm
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Preset } from './preset.entity';

@Injectable()
export class PresetsService {
  constructor(@InjectRepository(Preset) private readonly presets: Repository<Preset>) {}

  async markUsed(id: string): Promise<void> {
    await this.presets.increment({ id }, 'usageCount', 1);
  }
}
