// writes: none
import { supabase } from '../lib/supabase';

export async function copyPreset(presetId: string, userId: string) {
  const { data: source, error } = await supabase
    .from('presets')
    .select('name, settings, category, usage_count, copy_count')
    .eq('id', presetId)
    .single();
  if (error) throw error;

  const { data: copy } = await supabase
    .from('presets')
    .insert({ name: `${source.name} (copy)`, settings: source.settings, category: source.category, user_id: userId })
    .select('id')
    .single();

  await supabase.rpc('increment_preset_copy_count', { p_preset_id: presetId });
  return { id: copy?.id, copies: source.copy_count + 1, uses: source.usage_count };
}
