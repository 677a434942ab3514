// writes: none
import { DataSource, LessThan } from 'typeorm';
import { PresetEntity } from './preset.entity';

export class PresetLifecycle {
  constructor(private readonly source: DataSource) {}

  async exported(id: string) {
    await this.source.getRepository(PresetEntity).increment({ id }, 'exportCount', 1);
  }

  async archiveRarelyUsed(threshold: number) {
    const { affected } = await this.source
      .getRepository(PresetEntity)
      .update({ usageCount: LessThan(threshold) }, { archivedAt: new Date() });
    return affected ?? 0;
  }

  async restore(id: string) {
    await this.source.createQueryBuilder().update(PresetEntity).set({ archivedAt: null }).where('id = :id', { id }).execute();
  }
}
