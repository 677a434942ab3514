// writes: none
import { prisma } from './prisma';

export async function edit(id: string, name: string) {
  const preset = await prisma.preset.findUniqueOrThrow({ where: { id }, select: { name: true, settings: true } });
  return prisma.preset.update({ where: { id }, data: { ...preset, name } });
}

export async function editAll(id: string, name: string) {
  const preset = await prisma.preset.findUniqueOrThrow({ where: { id }, omit: { usageCount: true } });
  return prisma.preset.update({ where: { id }, data: { ...preset, name } });
}
