// writes: 21 query-builder
import { Injectable, Logger } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { DataSource } from 'typeorm';
import { Preset } from './preset.entity';

export class PresetUsedEvent {
  constructor(readonly presetId: string, readonly times: number) {}
}

@Injectable()
export class PresetUsedListener {
  private readonly logger = new Logger(PresetUsedListener.name);

  constructor(private readonly dataSource: DataSource) {}

  @OnEvent('preset.used', { async: true })
  async handle(event: PresetUsedEvent): Promise<void> {
    const result = await this.dataSource
      .createQueryBuilder()
      .update(Preset).set({ usageCount: () => 'usage_count + :times', lastUsedAt: () => 'now()' })
      .where('id = :id', { id: event.presetId })
      .setParameter('times', event.times)
      .execute();

    if (!result.affected) this.logger.warn(`preset ${event.presetId} does not exist`);
  }
}
