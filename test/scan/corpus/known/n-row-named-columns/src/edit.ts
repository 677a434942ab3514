// writes: none
import { supabase } from './client';

export async function edit(id: string, name: string) {
  const { data } = await supabase.from('presets').select('id, name, settings, usage:preset_usage(count)').eq('id', id).single();
  const { id: _, usage, ...rest } = data;
  await supabase.from('presets').update({ ...rest, name }).eq('id', id);
}
