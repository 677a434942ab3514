// writes: 8 prisma
import { PrismaClient } from '@prisma/client';
const prisma = new PrismaClient();

export async function trackUsage(presetId: string, userId: string) {
  await prisma.$transaction([
    prisma.presetUsage.create({ data: { presetId, userId } }),
    prisma.preset.update({ where: { id: presetId }, data: { usageCount: { increment: 1 } } }),
  ]);
}
