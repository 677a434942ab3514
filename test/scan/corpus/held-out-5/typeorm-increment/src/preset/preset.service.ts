// writes: 19 orm
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Preset } from './preset.entity';

@Injectable()
export class PresetService {
  constructor(
    @InjectRepository(Preset)
    private readonly presetRepository: Repository<Preset>,
  ) {}

  findAll(): Promise<Preset[]> {
    return this.presetRepository.find({ order: { usageCount: 'DESC' } });
  }

  async use(id: string): Promise<Preset> {
    await this.presetRepository.increment({ id }, 'usageCount', 1);
    return this.presetRepository.findOneByOrFail({ id });
  }

  async updateName(id: string, name: string): Promise<void> {
    await this.presetRepository.update(id, { name });
  }
}
