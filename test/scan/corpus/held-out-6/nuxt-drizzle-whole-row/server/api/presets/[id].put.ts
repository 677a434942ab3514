// writes: 22 query-builder
import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { presets } from '../../database/schema';
import { useDrizzle } from '../../utils/drizzle';

const Body = z.object({
  name: z.string().min(1).optional(),
  description: z.string().nullable().optional(),
});

export default defineEventHandler(async event => {
  await requireUserSession(event);
  const id = Number(getRouterParam(event, 'id'));
  const body = await readValidatedBody(event, Body.parse);
  const db = useDrizzle();

  const [existing] = await db.select().from(presets).where(eq(presets.id, id)).limit(1);
  if (!existing) throw createError({ statusCode: 404, statusMessage: 'Preset not found' });

  const [saved] = await db
    .update(presets).set({ ...existing, ...body })
    .where(eq(presets.id, id))
    .returning();
  return saved;
});
