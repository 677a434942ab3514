// writes: 27 supabase-update
import { TABLES, PAGE_SIZE } from '@/constants/tables';
import { supabase } from '@/lib/supabase';

export const presetService = {
  async list(page = 0) {
    const { data, error } = await supabase
      .from(TABLES.PRESETS)
      .select('id, name, usage_count')
      .range(page * PAGE_SIZE, (page + 1) * PAGE_SIZE - 1);
    if (error) throw error;
    return data;
  },

  async recordUsage(presetId: string, userId: string) {
    await supabase.from(TABLES.PRESET_USAGE).insert({ preset_id: presetId, user_id: userId });

    const { data } = await supabase
      .from(TABLES.PRESETS)
      .select('usage_count')
      .eq('id', presetId)
      .single();
    const next = (data?.usage_count ?? 0) + 1;

    await supabase
      .from(TABLES.PRESETS)
      .update({ usage_count: next })
      .eq('id', presetId);
  },

  async setDisplayName(userId: string, display_name: string) {
    await supabase.from(TABLES.PROFILES).update({ display_name }).eq('id', userId);
  },
};
