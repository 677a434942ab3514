// writes: none
import { Prisma } from '@prisma/client';
import { prisma } from './prisma';

const card = { id: true, name: true, usageCount: true } satisfies Prisma.PresetSelect;

export const create = (name: string) => prisma.preset.create({ data: { name, usageCount: 0 }, select: card });

export const popular = (take: number) =>
  prisma.preset.findMany({ where: { usageCount: { gt: 0 } }, orderBy: [{ usageCount: 'desc' }, { name: 'asc' }], take, select: card });

export async function use(id: string, userId: string) {
  const preset = await prisma.preset.update({
    where: { id },
    data: { usages: { create: { userId } } },
    select: card,
  });
  return { ...preset, usageCount: preset.usageCount + 1 };
}

export const totals = () => prisma.preset.aggregate({ _sum: { usageCount: true }, _max: { usageCount: true } });
