// writes: 8 orm
import { Preset } from './preset.entity'
import { dataSource } from './ds'
export async function onGenerated(id: string) {
  const repo = dataSource.getRepository(Preset)
  const preset = await repo.findOneByOrFail({ id })
  preset.usageCount += 1
  await repo.save(preset)
}
