// writes: 6 supabase-update
import { counted } from 'db/count';
import { where } from '$names';

export const use = (supabase, preset) =>
  supabase.from(where).update(counted(preset.n + 1)).eq('id', preset.id);
