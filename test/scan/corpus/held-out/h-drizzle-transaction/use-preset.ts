// writes: 7 query-builder
import * as schema from './schema';
export const usePreset = (db: Db, presetId: string) =>
  db.transaction(async tx => {
    await tx.insert(schema.presetUsage).values({ presetId });
    const [p] = await tx.select().from(schema.presets).where(eq(schema.presets.id, presetId));
    await tx.update(schema.presets).set({ usageCount: p.usageCount + 1 }).where(eq(schema.presets.id, presetId));
  });
