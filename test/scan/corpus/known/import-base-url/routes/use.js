// writes: 5 supabase-update
import { LOOKS } from 'lib/looks';
import { supabase } from 'lib/client';

export const use = (id, n) => supabase.from(LOOKS).update({ usage_count: n + 1 }).eq('id', id);
