// writes: 6 prisma
import { prisma } from '../prisma';

export async function retitle(id: string, title: string) {
  const { id: presetId, createdAt, updatedAt, ...rest } = await prisma.preset.findUniqueOrThrow({ where: { id } });
  return prisma.preset.update({ where: { id: presetId }, data: { ...rest, title } });
}

export async function reconfigure(id: string, change: (config: any) => any) {
  const { config } = await prisma.preset.findUniqueOrThrow({ where: { id }, select: { config: true } });
  return prisma.preset.update({ where: { id }, data: { config: change(config) } });
}
