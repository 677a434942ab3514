// writes: 13 query-builder
import { desc, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { createTRPCRouter, protectedProcedure, publicProcedure } from '../trpc';
import { presetUsage, presets } from '../../db/schema';

export const presetRouter = createTRPCRouter({
  popular: publicProcedure.query(({ ctx }) => ctx.db.select().from(presets).orderBy(desc(presets.uses)).limit(20)),

  use: protectedProcedure.input(z.object({ id: z.string().uuid() })).mutation(async ({ ctx, input }) => {
    await ctx.db.transaction(async (tx) => {
      await tx.insert(presetUsage).values({ presetId: input.id, userId: ctx.session.user.id });
      await tx.update(presets).set({ uses: sql`${presets.uses} + 1` }).where(eq(presets.id, input.id));
    });
  }),

  rename: protectedProcedure
    .input(z.object({ id: z.string().uuid(), name: z.string().min(1).max(80) }))
    .mutation(({ ctx, input }) => ctx.db.update(presets).set({ name: input.name }).where(eq(presets.id, input.id))),
});
