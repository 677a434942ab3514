// writes: 11 query-builder
import { desc, eq, sql } from 'drizzle-orm';
import { db } from '../db';
import { presets, presetUsage } from '../db/schema';

export async function logUsage(presetId: string, userId: string) {
  await db.transaction(async tx => {
    await tx.insert(presetUsage).values({ presetId, userId });
    await tx
      .update(presets)
      .set({ usageCount: sql`${presets.usageCount} + 1`, lastUsedAt: new Date() })
      .where(eq(presets.id, presetId));
  });
}

export function topPresets(limit = 10) {
  return db
    .select({ id: presets.id, name: presets.name, uses: presets.usageCount })
    .from(presets)
    .orderBy(desc(presets.usageCount))
    .limit(limit);
}
