// writes: 8 prisma
'use server';
import { prisma } from '@/lib/prisma';
import { revalidatePath } from 'next/cache';

export async function renamePreset(presetId: string, name: string) {
  const { id, ...data } = await prisma.preset.findUniqueOrThrow({ where: { id: presetId } });
  await prisma.preset.update({ where: { id }, data: { ...data, name } });
  revalidatePath('/presets');
}
