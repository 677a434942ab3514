// writes: 8 supabase-update
import { supabase } from './client';

export async function rename(id: string, name: string) {
  const { data: row } = await supabase.from('presets').select('*').eq('id', id).single();
  const { id: _, ...fields } = row;
  fields.name = name;
  await supabase.from('presets').update(fields).eq('id', id);
}
