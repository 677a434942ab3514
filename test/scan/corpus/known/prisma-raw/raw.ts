// writes: 3 sql
export async function inc(prisma: PrismaClient, id: string) {
  await prisma.$executeRaw`UPDATE "presets" SET "usage_count" = "usage_count" + 1 WHERE id = ${id}::uuid`;
}
