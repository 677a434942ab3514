// writes: none
import { Preset } from './models';

export async function edit(id: string, name: string) {
  const preset = await Preset.findByPk(id);
  preset.name = name;
  await preset.save();
}
