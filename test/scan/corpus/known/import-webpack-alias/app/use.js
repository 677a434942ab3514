// writes: 4 supabase-update
import { PRESETS } from 'Store';
import { patchOf } from 'Lib/patch';
export const use = (supabase, item) => supabase.from(PRESETS).update(patchOf(item.n + 1)).eq('id', item.id);
