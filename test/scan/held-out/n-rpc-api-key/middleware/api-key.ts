// writes: none
import type { SupabaseClient } from '@supabase/supabase-js';

export async function authenticate(supabase: SupabaseClient, hash: string) {
  const { data: apiKey } = await supabase.from('api_keys').select('id, usage_count, rate_limit').eq('hash', hash).single();
  if (!apiKey || apiKey.usage_count >= apiKey.rate_limit) return null;
  await supabase.rpc('increment_usage_count', { api_key_id: apiKey.id });
  return apiKey.id;
}
