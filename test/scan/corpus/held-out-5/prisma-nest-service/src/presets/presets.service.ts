// writes: 17 prisma
import { Injectable, NotFoundException } from '@nestjs/common';
import { PrismaService } from '../prisma/prisma.service';

@Injectable()
export class PresetsService {
  constructor(private readonly prisma: PrismaService) {}

  findPopular(take = 20) {
    return this.prisma.preset.findMany({ orderBy: { usageCount: 'desc' }, take });
  }

  async apply(id: string) {
    const preset = await this.prisma.preset.findUnique({ where: { id } });
    if (!preset) throw new NotFoundException();

    return this.prisma.preset.update({
      where: { id },
      data: {
        usageCount: { increment: 1 },
        lastUsedAt: new Date(),
      },
    });
  }

  rename(id: string, name: string) {
    return this.prisma.preset.update({ where: { id }, data: { name } });
  }
}
