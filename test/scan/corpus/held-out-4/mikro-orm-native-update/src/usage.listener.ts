// writes: 14 orm
import { type EntityManager, raw } from '@mikro-orm/postgresql';
import type { EventBus } from './event-bus';
import { Preset } from './entities/Preset';

interface PresetApplied {
  presetId: string;
  at: Date;
}

export function registerUsageListener(bus: EventBus, em: EntityManager): void {
  bus.on('preset.applied', async (event: PresetApplied) => {
    const fork = em.fork();
    await fork.nativeUpdate(Preset, { id: event.presetId }, { uses: raw('usage_count + 1') });
  });

  bus.on('preset.renamed', async ({ presetId, name }: { presetId: string; name: string }) => {
    await em.fork().nativeUpdate(Preset, { id: presetId }, { name });
  });
}
