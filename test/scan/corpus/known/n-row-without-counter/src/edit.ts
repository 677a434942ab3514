// writes: none
import { supabase } from './client';

export async function edit(id: string, name: string) {
  const { data } = await supabase.from('presets').select('*').eq('id', id).single();
  const { usage_count, last_used_at, ...rest } = data;
  await supabase.from('presets').update({ ...rest, name }).eq('id', id);
}
