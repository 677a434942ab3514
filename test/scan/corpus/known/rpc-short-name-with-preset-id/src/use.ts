// writes: 5 rpc, 6 rpc
import { supabase } from './client';

export const used = (presetId: string, userId: string) =>
  supabase.rpc('increment_usage', { p_preset_id: presetId, p_user_id: userId });
export const usedToo = (preset: { id: string }) => supabase.rpc('bump_usage_count', { row_id: preset.id });
