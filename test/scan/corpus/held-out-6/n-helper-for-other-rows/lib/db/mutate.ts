// writes: none
import type { SupabaseClient } from '@supabase/supabase-js';

export const mutate = (client: SupabaseClient) => ({
  patch: async (table: string, id: string, values: object) => {
    const { error } = await client.from(table).update(values).eq('id', id);
    if (error) throw error;
  },
  drop: async (table: string, id: string) => {
    const { error } = await client.from(table).delete().eq('id', id);
    if (error) throw error;
  },
});
