// writes: none
import { desc, eq, sql } from 'drizzle-orm';
import { db } from '../db';
import { presets, templates } from '../db/schema';

export async function instantiate(templateId: string, name: string) {
  return db.transaction(async tx => {
    const [template] = await tx.select().from(templates).where(eq(templates.id, templateId));
    if (!template) throw new Error('unknown template');

    await tx
      .update(templates)
      .set({ usageCount: sql`${templates.usageCount} + 1` })
      .where(eq(templates.id, templateId));

    const [preset] = await tx.insert(presets).values({ id: crypto.randomUUID(), name }).returning();
    return preset;
  });
}

export const popular = () =>
  db.select({ id: presets.id, uses: presets.usageCount }).from(presets).orderBy(desc(presets.usageCount)).limit(10);
