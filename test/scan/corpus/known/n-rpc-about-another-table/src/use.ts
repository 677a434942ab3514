// writes: none
import { supabase } from './client';

export const styleUsed = (styleId: string) => supabase.rpc('increment_usage', { style_id: styleId });
export const couponUsed = (coupon: { id: string }) => supabase.rpc('increment_usage_count', { row_id: coupon.id });
export const templateUsed = (id: string) => supabase.rpc('increment_usage', { p_table: 'templates', p_id: id });
export const promptUsed = (prompt_id: string) => supabase.rpc('bump_usage', { p_id: prompt_id });
