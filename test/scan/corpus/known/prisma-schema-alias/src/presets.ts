// writes: 5 prisma
import { prisma } from './prisma';

export function used(id: string) {
  return prisma.preset.update({ where: { id }, data: { uses: { increment: 1 } } });
}
