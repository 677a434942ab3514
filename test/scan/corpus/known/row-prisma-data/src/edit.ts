// writes: 8 prisma
import { PrismaClient } from '@prisma/client';
const prisma = new PrismaClient();

export async function edit(id: string, name: string) {
  const preset = await prisma.preset.findUniqueOrThrow({ where: { id } });
  const { id: _id, ...data } = preset;
  return prisma.preset.update({ where: { id }, data: { ...data, name } });
}
