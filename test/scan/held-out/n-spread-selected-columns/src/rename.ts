// writes: none
import { supabase } from './supabase';

export async function rename(presetId: string, name: string) {
  const { data } = await supabase.from('presets').select('id, name, prompt, tags').eq('id', presetId).single();
  if (!data) return;
  await supabase.from('presets').update({ ...data, name }).eq('id', presetId);
}
