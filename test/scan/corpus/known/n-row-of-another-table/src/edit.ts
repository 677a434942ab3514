// writes: none
import { supabase } from './client';

export async function edit(id: string, name: string) {
  const { data } = await supabase.from('folders').select('*').eq('id', id).single();
  await supabase.from('folders').update({ ...data, name }).eq('id', id);
  await supabase.from('presets').update({ folder: data.id, folder_name: name }).eq('folder', id);
}
