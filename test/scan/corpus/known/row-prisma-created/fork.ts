// writes: 6 prisma
import { prisma } from './client';

export async function fork(presetId: string, ownerId: string) {
  const { id, createdAt, ...rest } = await prisma.preset.findUniqueOrThrow({ where: { id: presetId } });
  return prisma.preset.create({ data: { ...rest, ownerId } });
}
