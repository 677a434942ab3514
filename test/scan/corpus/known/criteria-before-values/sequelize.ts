// writes: 5 orm
import { Preset } from './models';

export async function reset(id: string) {
  await Preset.update({ usageCount: 0 }, { where: { id } });
}

export async function archive(most: number) {
  await Preset.update({ archived: true }, { where: { usageCount: most } });
}
