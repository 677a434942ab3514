// writes: none
import { supabase } from './client';

export async function edit(id: string, name: string) {
  const { data } = await supabase.from('presets').select('*').eq('id', id).single();
  const patch = { ...data, name };
  delete patch.usage_count;
  await supabase.from('presets').update(patch).eq('id', id);
}

export async function retitle(id: string, title: string) {
  const { data } = await supabase.from('presets').select('*').eq('id', id).single();
  await supabase.from('presets').update({ ...data, title, usage_count: undefined }).eq('id', id);
}
