// writes: 8 prisma
import { z } from 'zod';
import { protectedProcedure, router } from '../trpc';

export const presetRouter = router({
  duplicate: protectedProcedure.input(z.object({ id: z.string() })).mutation(async ({ ctx, input }) => {
    const { id: _id, ...source } = await ctx.prisma.preset.findFirstOrThrow({ where: { id: input.id } });
    return ctx.prisma.preset.create({ data: { ...source, name: `${source.name} (copy)`, ownerId: ctx.user.id } });
  }),
});
