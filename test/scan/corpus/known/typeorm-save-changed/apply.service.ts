// writes: 9 orm
import { Preset } from './preset.entity';

export class ApplyService {
  async apply(id: string) {
    const preset = await this.dataSource.getRepository(Preset).findOneByOrFail({ id });
    preset.usageCount += 1;
    preset.lastUsedAt = new Date();
    await this.dataSource.getRepository(Preset).save(preset);
  }
}
