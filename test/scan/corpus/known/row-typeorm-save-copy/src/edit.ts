// writes: 10 orm
import { Repository } from 'typeorm';
import { Preset } from './preset.entity';

export class PresetService {
  constructor(private readonly presets: Repository<Preset>) {}

  async edit(id: string, name: string) {
    const preset = await this.presets.findOneByOrFail({ id });
    return this.presets.save({ ...preset, name });
  }
}
