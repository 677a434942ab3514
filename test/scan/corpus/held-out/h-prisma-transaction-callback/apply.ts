// writes: 5 prisma
export async function apply(id: string) {
  return prisma.$transaction(async tx => {
    const preset = await tx.preset.findUniqueOrThrow({ where: { id } });
    return tx.preset.update({
      where: { id },
      data: { usageCount: preset.usageCount + 1, lastUsedAt: new Date() },
    });
  });
}
