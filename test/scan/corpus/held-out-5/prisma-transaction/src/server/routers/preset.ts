// writes: 21 prisma
import { TRPCError } from '@trpc/server';
import { z } from 'zod';
import { prisma } from '../db';
import { protectedProcedure, router } from '../trpc';

export const presetRouter = router({
  byId: protectedProcedure.input(z.string().uuid()).query(async ({ input }) => {
    const preset = await prisma.presets.findUnique({ where: { id: input } });
    if (!preset) throw new TRPCError({ code: 'NOT_FOUND' });
    return preset;
  }),

  use: protectedProcedure
    .input(z.object({ presetId: z.string().uuid() }))
    .mutation(async ({ ctx, input: { presetId } }) => {
      const [usage] = await prisma.$transaction([
        prisma.preset_usage.create({
          data: { preset_id: presetId, user_id: ctx.user.id },
        }),
        prisma.presets.update({
          where: { id: presetId },
          data: { usage_count: { increment: 1 } },
        }),
      ]);
      return { usageId: usage.id };
    }),
});
