// writes: none
import { MoreThan, type Repository } from 'typeorm';
import type { Preset } from './preset.entity';

export async function featurePopular(presets: Repository<Preset>) {
  const popular = await presets.find({ where: { usageCount: MoreThan(100) }, order: { usageCount: 'DESC' }, take: 10 });
  for (const preset of popular) await presets.update(preset.id, { name: `★ ${preset.name}` });
}
