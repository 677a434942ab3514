// writes: 6 supabase-update, 8 supabase-update
import { updatePreset } from '$db/presets';
import { TABLES } from '$tables';
import { supabase } from 'server/client';

export const use = (id: string, n: number) => updatePreset(id, { usage_count: n + 1 });
export const again = (id: string, n: number) =>
  supabase.from(TABLES.looks).update({ usage_count: n + 1 }).eq('id', id);
