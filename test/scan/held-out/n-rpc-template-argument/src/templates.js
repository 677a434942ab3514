// writes: none
import { supabase } from './supabase';

export async function openTemplate(template) {
  await supabase.rpc('increment_usage', { template_id: template.id });
  return template.body;
}
