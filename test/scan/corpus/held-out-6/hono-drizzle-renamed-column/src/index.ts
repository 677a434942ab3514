// writes: 15 query-builder
import { eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/neon-http';
import { Hono } from 'hono';
import { filterPresets, looks } from './db/schema';

type Env = { Bindings: { DATABASE_URL: string } };

const app = new Hono<Env>();

app.post('/filters/:id/use', async c => {
  const db = drizzle(c.env.DATABASE_URL);
  const id = c.req.param('id');
  const [row] = await db
    .update(filterPresets).set({ uses: sql`${filterPresets.uses} + 1`, lastUsed: new Date() })
    .where(eq(filterPresets.id, id))
    .returning({ id: filterPresets.id, uses: filterPresets.uses });
  return row ? c.json(row) : c.notFound();
});

app.post('/looks/:id/use', async c => {
  const db = drizzle(c.env.DATABASE_URL);
  await db
    .update(looks).set({ uses: sql`${looks.uses} + 1` })
    .where(eq(looks.id, c.req.param('id')));
  return c.body(null, 204);
});

export default app;
