// writes: none
import { supabase } from './supabase';

export async function setDescription(presetId: string, description: string) {
  const { data: row } = await supabase.from('presets').select('*').eq('id', presetId).single();
  const { id, usage_count, last_used_at, ...fields } = row;
  await supabase.from('presets').update({ ...fields, description }).eq('id', id);
}
