// writes: 10 query-builder, 15 query-builder, 19 query-builder
import { eq } from 'drizzle-orm';
import { db } from './db';
import { presets } from './schema';

export async function edit(id: string, name: string) {
  const preset = await db.query.presets.findFirst({ where: eq(presets.id, id) });
  if (!preset) return;
  const { id: _id, ...values } = preset;
  await db.update(presets).set({ ...values, name }).where(eq(presets.id, id));
  const some = await db.query.presets.findFirst({ columns: { name: true, settings: true } });
  await db.update(presets).set({ ...some, name }).where(eq(presets.id, id));
  const [picked] = await db.select({ name: presets.name }).from(presets);
  await db.update(presets).set({ ...picked }).where(eq(presets.id, id));
  await db.insert(presets).values(preset).onConflictDoUpdate({ target: presets.id, set: preset });
}

export const save = (preset: typeof presets.$inferSelect) =>
  db.update(presets).set(preset).where(eq(presets.id, preset.id));
