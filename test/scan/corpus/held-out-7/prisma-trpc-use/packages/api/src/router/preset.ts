// writes: 15 prisma
import { TRPCError } from '@trpc/server';
import { z } from 'zod';
import { protectedProcedure, publicProcedure, router } from '../trpc';

export const presetRouter = router({
  popular: publicProcedure.query(({ ctx }) =>
    ctx.prisma.preset.findMany({ orderBy: { usageCount: 'desc' }, take: 12 }),
  ),

  use: protectedProcedure.input(z.object({ id: z.string().uuid() })).mutation(async ({ ctx, input }) => {
    try {
      const [, preset] = await ctx.prisma.$transaction([
        ctx.prisma.presetUsage.create({ data: { presetId: input.id, userId: ctx.session.user.id } }),
        ctx.prisma.preset.update({
          where: { id: input.id },
          data: { usageCount: { increment: 1 } },
          select: { id: true, usageCount: true },
        }),
      ]);
      return preset;
    } catch (cause) {
      throw new TRPCError({ code: 'INTERNAL_SERVER_ERROR', cause });
    }
  }),
});
