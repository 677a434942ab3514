// writes: none
import { supabase } from '@/lib/supabase';

export async function applyTemplate(templateId: string, documentId: string) {
  const { data: template, error } = await supabase
    .from('prompt_templates')
    .select('body, usage_count, preset_id')
    .eq('id', templateId)
    .single();
  if (error) throw error;

  await supabase.from('documents').update({ body: template.body }).eq('id', documentId);
  await supabase
    .from('prompt_templates')
    .update({ usage_count: template.usage_count + 1 })
    .eq('id', templateId);

  if (!template.preset_id) return null;
  const { data: preset } = await supabase
    .from('presets')
    .select('id, name, usage_count')
    .eq('id', template.preset_id)
    .single();
  return preset;
}

export async function useTag(tag: { id: string; usage_count: number }) {
  await supabase.from('tags').update({ usage_count: tag.usage_count + 1 }).eq('id', tag.id);
}
