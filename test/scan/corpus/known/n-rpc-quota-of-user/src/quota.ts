// writes: none
import { supabase } from './client';

export const spend = (userId: string) => supabase.rpc('increment_usage', { p_user_id: userId });
export const spendOrg = (org: { id: string }) => supabase.rpc('increment_usage_count', { org_id: org.id });
export const record = (id: string) => supabase.rpc('add_preset_usage', { p_preset_id: id });
