// writes: 7 prisma
import { NextResponse } from 'next/server';
import { prisma } from '../../../../lib/prisma';

export async function POST(request: Request) {
  const { season } = await request.json();
  const result = await prisma.preset.updateMany({ where: { season }, data: { usageCount: 0 } });
  return NextResponse.json({ reset: result.count });
}
