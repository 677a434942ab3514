// writes: 7 prisma
import { prisma } from './db';

export async function publish(presetId: string) {
  const preset = await prisma.preset.findUniqueOrThrow({ where: { id: presetId } });
  const { id, ...fields } = preset;
  return prisma.preset.update({ where: { id }, data: { ...fields, isPublic: true } });
}
