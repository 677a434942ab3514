// writes: none
import { supabase } from './supabase';

export async function updatePreset(id: string, changes: Partial<Preset>) {
  const { data, error } = await supabase.from('presets').update(changes).eq('id', id).select().single();
  if (error) throw error;
  return data;
}
