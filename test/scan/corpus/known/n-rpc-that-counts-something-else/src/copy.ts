// writes: none
import { supabase } from './client';

export const copied = (id: string) => supabase.rpc('increment_preset_copy_count', { p_preset_id: id });
export const viewed = (id: string) => supabase.rpc('increment_preset_view_count', { preset_id: id });
export const liked = (id: string) => supabase.rpc('bump_preset_like_count', { preset_id: id });
export const quota = (id: string) => supabase.rpc('increment_api_usage', { user_id: id });
export const tokens = (id: string) => supabase.rpc('increment_token_usage_count', { p_user_id: id });
export const limit = (n: number) => supabase.rpc('set_preset_usage_limit', { n });
