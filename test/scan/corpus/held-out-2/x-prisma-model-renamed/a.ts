// writes: 2 prisma
export const inc = id => prisma.look.update({ where: { id }, data: { usageCount: { increment: 1 } } });
