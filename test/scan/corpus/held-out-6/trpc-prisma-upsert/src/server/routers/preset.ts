// writes: 13 prisma, 23 prisma
import { z } from 'zod';
import { protectedProcedure, publicProcedure, router } from '../trpc';

export const presetRouter = router({
  top: publicProcedure.query(({ ctx }) =>
    ctx.prisma.preset.findMany({ orderBy: { usageCount: 'desc' }, take: 12 }),
  ),

  adopt: protectedProcedure
    .input(z.object({ slug: z.string(), name: z.string() }))
    .mutation(async ({ ctx, input }) => {
      return ctx.prisma.preset.upsert({
        where: { slug: input.slug },
        create: { slug: input.slug, name: input.name },
        update: { usageCount: { increment: 1 }, lastUsedAt: new Date() },
      });
    }),

  applyToMany: protectedProcedure
    .input(z.object({ ids: z.array(z.string().uuid()).max(50) }))
    .mutation(async ({ ctx, input }) => {
      const { count } = await ctx.prisma.preset.updateMany({
        where: { id: { in: input.ids } },
        data: { usageCount: { increment: 1 } },
      });
      return { count };
    }),
});
