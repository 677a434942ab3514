// writes: 5 prisma
import { prisma } from './prisma';

async function bump(model: 'preset' | 'style', id: string) {
  await prisma[model].update({ where: { id }, data: { usageCount: { increment: 1 } } });
}
export const usePreset = (id: string) => bump('preset', id);
export const useStyle = (id: string) => bump('style', id);
