// writes: none
import { supabase } from './client';

export async function duplicate(id: string) {
  const { data } = await supabase.from('presets').select('*').eq('id', id).single();
  const { id: _, ...copy } = data;
  return supabase.from('presets').insert({ ...copy, usage_count: 0, name: `${copy.name} (copy)` });
}
