// writes: 3 prisma
const data = { usageCount: { increment: 1 } };
export const usedAll = (ids: string[]) => db.preset.updateMany({ where: { id: { in: ids } }, data });
