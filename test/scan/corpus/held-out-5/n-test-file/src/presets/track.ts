// writes: none
import type { SupabaseClient } from '@supabase/supabase-js';

export async function track(client: SupabaseClient, presetId: string, userId: string) {
  const { error } = await client.from('preset_usage').insert({ preset_id: presetId, user_id: userId });
  if (error) throw error;
}
