// writes: 16 query-builder
import { zValidator } from '@hono/zod-validator';
import { eq, sql } from 'drizzle-orm';
import { Hono } from 'hono';
import { z } from 'zod';
import { db } from '../db/client';
import * as schema from '../db/schema';

const body = z.object({ presetId: z.string().uuid() });

export const usePreset = new Hono<{ Variables: { userId: string } }>().post('/', zValidator('json', body), async (c) => {
  const { presetId } = c.req.valid('json');

  await db.transaction(async (tx) => {
    await tx.insert(schema.presetUsage).values({ presetId, userId: c.get('userId') });
    await tx.update(schema.presets).set({ usageCount: sql`${schema.presets.usageCount} + 1` }).where(eq(schema.presets.id, presetId));
  });

  return c.json({ ok: true }, 201);
});
