// writes: none
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { MoreThan, Repository } from 'typeorm';
import { Preset, PresetVersion } from './entities';

@Injectable()
export class PresetsService {
  constructor(
    @InjectRepository(Preset) private readonly presets: Repository<Preset>,
    @InjectRepository(PresetVersion) private readonly versions: Repository<PresetVersion>,
  ) {}

  used() {
    return this.presets.find({ where: { usageCount: MoreThan(0) } });
  }

  async rename(id: string, name: string) {
    await this.presets.update(id, { name });
  }

  async pin(versionId: string) {
    await this.versions.increment({ id: versionId }, 'usageCount', 1);
  }
}
