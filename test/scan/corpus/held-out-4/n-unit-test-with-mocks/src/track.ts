// writes: none
import { supabase } from './supabase';

export async function track(presetId: string, userId: string): Promise<void> {
  const { error } = await supabase.from('preset_usage').insert({ preset_id: presetId, user_id: userId });
  if (error) throw new Error(`The use was not stored: ${error.message}`);
}
