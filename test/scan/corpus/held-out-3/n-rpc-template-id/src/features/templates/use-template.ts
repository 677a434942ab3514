// writes: none
import { supabase } from '@/lib/supabase';
import type { Template } from '@/types';

export async function applyTemplate(template: Template) {
  const { error } = await supabase.rpc('increment_usage', { table_name: 'templates', row_id: template.id });
  if (error) console.warn(error.message);
}

export const applyLut = (lutId: string) => supabase.rpc('increment_usage_count', { lut_id: lutId });
