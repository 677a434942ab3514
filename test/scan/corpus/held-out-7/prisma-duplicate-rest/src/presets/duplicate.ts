// writes: 10 prisma
import { PrismaClient, type Preset } from '@prisma/client';

const prisma = new PrismaClient();

export async function duplicatePreset(id: string, ownerId: string): Promise<Preset> {
  const source = await prisma.preset.findUniqueOrThrow({ where: { id } });
  const { id: _id, createdAt: _createdAt, ...fields } = source;

  return prisma.preset.create({
    data: {
      ...fields,
      body: fields.body ?? {},
      ownerId,
      name: `${source.name} copy`,
    },
  });
}
