// writes: none
import type { SupabaseClient } from '@supabase/supabase-js';

export function createRepository(client: SupabaseClient, table: string) {
  return {
    async byId(id: string) {
      const { data } = await client.from(table).select('id, usage_count').eq('id', id).single();
      return data;
    },
    async update(id: string, patch: Record<string, unknown>) {
      const { error } = await client.from(table).update(patch).eq('id', id);
      if (error) throw error;
    },
    async remove(id: string) {
      await client.from(table).delete().eq('id', id);
    },
  };
}
