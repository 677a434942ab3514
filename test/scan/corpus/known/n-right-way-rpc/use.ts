// writes: none
import { supabase } from './supabase';

export async function trackPresetUsage(presetId: string, usageType: string, usageData: object = {}) {
  const { data, error } = await supabase.rpc('track_preset_usage', {
    p_preset_id: presetId,
    p_usage_type: usageType,
    p_usage_data: usageData,
  });
  if (error) throw error;
  return data;
}
