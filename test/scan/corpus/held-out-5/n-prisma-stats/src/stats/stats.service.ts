// writes: none
import type { PrismaClient } from '@prisma/client';

export class StatsService {
  constructor(private readonly prisma: PrismaClient) {}

  async overview() {
    const [totals, byCategory, top] = await Promise.all([
      this.prisma.preset.aggregate({ _sum: { usageCount: true }, _max: { usageCount: true } }),
      this.prisma.preset.groupBy({
        by: ['category'],
        _sum: { usageCount: true },
        orderBy: { _sum: { usageCount: 'desc' } },
      }),
      this.prisma.preset.findMany({
        where: { usageCount: { gt: 0 } },
        select: { id: true, name: true, usageCount: true },
        orderBy: { usageCount: 'desc' },
        take: 5,
      }),
    ]);

    return {
      total: totals._sum.usageCount ?? 0,
      max: totals._max.usageCount ?? 0,
      categories: byCategory.map(row => ({ name: row.category, uses: row._sum.usageCount ?? 0 })),
      top,
    };
  }

  async create(name: string, category: string) {
    return this.prisma.preset.create({ data: { name, category } });
  }
}
