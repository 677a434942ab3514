// writes: none
import { supabase } from './supabase';

/** Stores a use. The function keeps the name that older versions of the app call. */
export async function recordUse(presetId: string) {
  const { error } = await supabase.rpc('increment_preset_usage', { p_preset_id: presetId });
  if (error) throw error;
}

export async function usesOf(presetId: string) {
  const { count } = await supabase.from('preset_usage').select('*', { count: 'exact', head: true }).eq('preset_id', presetId);
  return count ?? 0;
}
