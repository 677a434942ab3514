// writes: 9 orm
import { dataSource } from '../data-source';
import { PresetEntity } from '../entities/preset';
import { GenerationEntity } from '../entities/generation';

export async function finish(generationId: string, presetId: string) {
  await dataSource.transaction(async manager => {
    await manager.update(GenerationEntity, { id: generationId }, { status: 'done' });
    await manager.increment(PresetEntity, { id: presetId }, 'usageCount', 1);
  });
}
