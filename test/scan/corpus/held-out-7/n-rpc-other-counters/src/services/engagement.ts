// writes: none
import { supabase } from './client';

export const engagement = {
  async downloaded(presetId: string) {
    await supabase.rpc('increment_download_count', { p_preset_id: presetId });
  },

  async liked(presetId: string) {
    await supabase.rpc('increment_preset_likes', { p_preset_id: presetId });
  },

  async templateOpened(templateId: string) {
    await supabase.rpc('increment_template_usage_count', { p_template_id: templateId });
  },

  async applied(presetId: string, userId: string) {
    await supabase.from('preset_usage').insert({ preset_id: presetId, user_id: userId });
  },
};
