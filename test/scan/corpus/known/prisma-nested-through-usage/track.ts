// writes: 3 prisma
export const track = (prisma, presetId: string) =>
  prisma.presetUsage.create({
    data: {
      usageType: 'apply',
      preset: { update: { where: { id: presetId }, data: { usageCount: { increment: 1 } } } },
    },
  });
