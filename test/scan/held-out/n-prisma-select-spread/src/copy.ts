// writes: none
import { prisma } from './prisma';

export async function copyPreset(id: string, newId: string) {
  const source = await prisma.preset.findUniqueOrThrow({ where: { id }, select: { name: true, prompt: true } });
  return prisma.preset.create({ data: { ...source, id: newId } });
}
