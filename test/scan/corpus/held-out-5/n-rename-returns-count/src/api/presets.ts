// writes: none
import { supabase } from './supabase';

export interface PresetSummary {
  id: string;
  name: string;
  usage_count: number;
}

export async function renamePreset(id: string, name: string): Promise<PresetSummary> {
  const { data, error } = await supabase
    .from('presets')
    .update({ name, updated_at: new Date().toISOString() })
    .eq('id', id)
    .select('id, name, usage_count')
    .single();
  if (error) throw error;
  return data;
}

export async function archiveUnused(olderThan: Date) {
  const { data, error } = await supabase
    .from('presets')
    .update({ archived: true })
    .eq('usage_count', 0)
    .lt('created_at', olderThan.toISOString())
    .select('id');
  if (error) throw error;
  return data.length;
}

export async function deletePreset({ id, usage_count }: PresetSummary) {
  if (usage_count > 0 && !window.confirm(`This preset was used ${usage_count} times. Delete it?`)) return;
  await supabase.from('presets').delete().eq('id', id);
}
