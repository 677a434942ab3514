// writes: 6 query-builder
import { presets } from './schema';
await db
  .insert(presets)
  .values({ id, name, usageCount: 1 })
  .onConflictDoUpdate({ target: presets.id, set: { usageCount: sql`${presets.usageCount} + 1` } });
