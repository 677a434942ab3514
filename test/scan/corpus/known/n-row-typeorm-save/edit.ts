// writes: none
import { dataSource } from './source';
import { Preset } from './preset.entity';

export async function rename(id: string, name: string) {
  const preset = await dataSource.getRepository(Preset).findOneByOrFail({ id });
  preset.name = name;
  await dataSource.getRepository(Preset).save(preset);
}

export async function hide(manager: EntityManager, id: string) {
  const preset = await manager.findOneByOrFail(Preset, { id });
  preset.hidden = true;
  return manager.save(Preset, preset);
}

export async function create(name: string) {
  const repository = dataSource.getRepository(Preset);
  const preset = repository.create({ name });
  return repository.save(preset);
}
