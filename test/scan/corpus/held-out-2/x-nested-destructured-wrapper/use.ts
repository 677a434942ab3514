// writes: 3 supabase-update
import { db } from './lib/db';
export const use = (p: Preset) => db.presets.patch({ id: p.id, values: { usage_count: p.usage_count + 1 } });
