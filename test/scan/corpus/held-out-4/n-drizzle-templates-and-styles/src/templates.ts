// writes: none
import { desc, eq, sql } from 'drizzle-orm';
import { db } from './db/client';
import { presets, styles, templates } from './db/schema';

export async function renderTemplate(id: number) {
  const [template] = await db
    .update(templates)
    .set({ usageCount: sql`${templates.usageCount} + 1` })
    .where(eq(templates.id, id))
    .returning();
  return template;
}

export async function useStyle(id: number) {
  await db.update(styles).set({ usageCount: sql`${styles.usageCount} + 1` }).where(eq(styles.id, id));
}

export async function renamePreset(id: number, name: string) {
  await db.update(presets).set({ name }).where(eq(presets.id, id));
}

export const topPresets = () =>
  db.select({ name: presets.name, usageCount: presets.usageCount }).from(presets).orderBy(desc(presets.usageCount));
