// writes: none
import { Hono } from 'hono';
import { desc, eq, sql } from 'drizzle-orm';
import { db } from '../db';
import { coupons, presets, presetUsage } from '../db/schema';

const app = new Hono();

app.get('/', async c => {
  const rows = await db.select().from(presets).orderBy(desc(presets.usageCount)).limit(50);
  return c.json(rows);
});

app.post('/:id/use', async c => {
  const presetId = c.req.param('id');
  await db.insert(presetUsage).values({ presetId });
  const [row] = await db
    .select({ usageCount: presets.usageCount })
    .from(presets)
    .where(eq(presets.id, presetId));
  return c.json(row);
});

app.post('/redeem/:code', async c => {
  await db
    .update(coupons)
    .set({ usageCount: sql`${coupons.usageCount} + 1` })
    .where(eq(coupons.code, c.req.param('code')));
  return c.body(null, 204);
});

export default app;
