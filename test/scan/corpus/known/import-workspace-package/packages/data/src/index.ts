// writes: none
import { supabase } from './client';
export async function patchRow(table: string, id: string, patch: object) {
  return supabase.from(table).update(patch).eq('id', id);
}
