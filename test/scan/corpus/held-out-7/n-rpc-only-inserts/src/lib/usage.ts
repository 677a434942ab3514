// writes: none
import { supabase } from './supabase';

export async function countUse(presetId: string): Promise<void> {
  const { error } = await supabase.rpc('increment_preset_usage', { p_preset_id: presetId });
  if (error) throw error;
}
