// writes: none
import { prisma } from '../prisma';

export async function useTemplate(id: string, userId: string) {
  await prisma.$transaction([
    prisma.template.update({ where: { id }, data: { usageCount: { increment: 1 } } }),
    prisma.presetUsage.create({ data: { presetId: 'default', userId } }),
  ]);
}

export const presetsByUse = () => prisma.preset.findMany({ orderBy: { usageCount: 'desc' }, select: { id: true, usageCount: true } });
