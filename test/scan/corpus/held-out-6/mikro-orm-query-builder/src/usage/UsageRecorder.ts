// writes: 12 orm
import type { EntityManager } from '@mikro-orm/postgresql';
import { raw } from '@mikro-orm/postgresql';
import { Preset } from '../entities/Preset';

export class UsageRecorder {
  constructor(private readonly em: EntityManager) {}

  async record(presetId: string, userId: string): Promise<void> {
    await this.em.transactional(async em => {
      await em.getConnection().execute('insert into preset_usage (preset_id, user_id) values (?, ?)', [presetId, userId]);
      await em.createQueryBuilder(Preset).update({ usageCount: raw('usage_count + 1') }).where({ id: presetId }).execute();
    });
  }

  async retitle(presetId: string, title: string): Promise<void> {
    await this.em.nativeUpdate(Preset, { id: presetId }, { title });
  }
}
