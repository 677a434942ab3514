// writes: 9 supabase-update
import { supabase } from './client';

export const rename = async (id: string, name: string) => {
  const result = await supabase.from('presets').select('*').eq('id', id).maybeSingle();
  if (result.error || !result.data) throw new Error('gone');
  return supabase
    .from('presets')
    .update({ ...result.data, name })
    .eq('id', id);
};
