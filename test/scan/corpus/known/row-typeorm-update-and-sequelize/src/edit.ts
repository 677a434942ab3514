// writes: 9 orm, 11 orm, 13 orm
import { DataSource } from 'typeorm';
import { Preset } from './preset.entity';
import { PresetModel } from './models';

export async function edit(source: DataSource, id: string, name: string) {
  const repo = source.getRepository(Preset);
  const { id: _, ...fields } = await repo.findOneByOrFail({ id });
  await repo.update(id, { ...fields, name });
  const found = await source.manager.findOneBy(Preset, { id });
  await source.manager.save(Preset, { ...found, name });
  const model = await PresetModel.findByPk(id);
  await PresetModel.update({ ...model.toJSON(), name }, { where: { id } });
}
