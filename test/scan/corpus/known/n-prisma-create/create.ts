// writes: none
export const create = (prisma, name: string) => prisma.preset.create({ data: { name, usageCount: 0 } });
