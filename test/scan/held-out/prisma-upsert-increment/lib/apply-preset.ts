// writes: 7 prisma
import { PrismaClient } from '@prisma/client';

const db = new PrismaClient();

export const applyPreset = async (slug: string) => {
  await db.preset.upsert({ where: { slug }, create: { id: slug, slug }, update: { usageCount: { increment: 1 } } });
};
