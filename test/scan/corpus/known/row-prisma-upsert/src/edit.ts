// writes: 8 prisma, 16 prisma
import { prisma } from './prisma';

export async function sync(ids: string[]) {
  const rows = await prisma.preset.findMany({ where: { id: { in: ids } } });
  await prisma.$transaction(
    rows.map(row =>
      prisma.preset.upsert({ where: { id: row.id }, create: row, update: { ...row, synced: true } }),
    ),
  );
}

export async function rename(id: string, name: string) {
  return prisma.$transaction(async tx => {
    const preset = await tx.preset.findUnique({ where: { id } });
    await tx.preset.update({ where: { id }, data: { ...preset, name } });
  });
}
