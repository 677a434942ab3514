// writes: none
import { Injectable } from '@nestjs/common';
import { PrismaService } from './prisma.service';

@Injectable()
export class PresetRepository {
  constructor(private readonly prisma: PrismaService) {}

  create(ownerId: number, name: string) {
    return this.prisma.preset.create({
      data: { ownerId, name, usageCount: 0 },
      select: { id: true, name: true, usageCount: true },
    });
  }

  rename(id: number, name: string) {
    return this.prisma.preset.update({
      where: { id },
      data: { name },
      select: { id: true, name: true, usageCount: true },
    });
  }

  unused(ownerId: number) {
    return this.prisma.preset.findMany({ where: { ownerId, usageCount: { equals: 0 } }, orderBy: { usageCount: 'asc' } });
  }
}
