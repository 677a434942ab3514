// writes: 12 rpc
import { supabase } from './client';

export async function getPreset(id: string) {
  const { data, error } = await supabase.from('presets').select('*').eq('id', id).single();
  if (error) throw error;
  return data;
}

export async function usePresetOnce(id: string) {
  const preset = await getPreset(id);
  const { error } = await supabase.rpc('increment_preset_usage_count', { p_preset_id: id });
  if (error) console.log('usage not counted', error.message);
  return preset.settings;
}
