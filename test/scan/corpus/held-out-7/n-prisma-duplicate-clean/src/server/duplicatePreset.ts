// writes: none
import { prisma } from './prisma';

export async function duplicatePreset(id: string, ownerId: string) {
  const source = await prisma.preset.findUniqueOrThrow({ where: { id } });
  const { id: originalId, usageCount, ...fields } = source;

  const copy = await prisma.preset.create({
    data: { ...fields, ownerId, name: `${source.name} (copy of ${usageCount} uses)`, usageCount: 0 },
  });

  await prisma.preset.update({
    where: { id: originalId },
    data: { prompt: source.prompt.trim() },
  });
  return copy;
}
