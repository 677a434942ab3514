// writes: 10 prisma, 16 sql
import { PrismaClient } from '@prisma/client';

const prisma = new PrismaClient();

export async function registerUse(presetId: number, userId: number) {
  const usedAt = new Date();
  const [usage] = await prisma.$transaction([
    prisma.presetUsage.create({ data: { presetId, userId, usedAt } }),
    prisma.preset.update({ where: { id: presetId }, data: { usageCount: { increment: 1 }, lastUsedAt: usedAt } }),
  ]);
  return usage;
}

export async function registerBulk(presetIds: number[]) {
  await prisma.$executeRaw`UPDATE presets SET usage_count = usage_count + 1 WHERE id = ANY(${presetIds})`;
}

export function leaderboard() {
  return prisma.preset.findMany({ orderBy: { usageCount: 'desc' }, take: 25, select: { id: true, name: true, usageCount: true } });
}
