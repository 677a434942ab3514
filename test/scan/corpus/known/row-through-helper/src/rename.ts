// writes: 7 supabase-update
import { supabase } from './client';
import { updatePreset } from './repo';

export async function rename(id: string, name: string) {
  const { data } = await supabase.from('presets').select('*').eq('id', id).single();
  await updatePreset(id, { ...data, name });
}
