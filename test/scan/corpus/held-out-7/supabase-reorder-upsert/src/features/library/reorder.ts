// writes: 18 supabase-upsert
import { supabase } from '@/lib/supabase';

/** Saves the order after drag and drop in the library's side bar. */
export async function reorderPresets(folderId: string, orderedIds: string[]) {
  const { data: presets, error } = await supabase
    .from('presets')
    .select('*')
    .eq('folder_id', folderId);
  if (error) throw error;

  const position = new Map(orderedIds.map((id, index) => [id, index]));
  const rows = presets.map((preset) => ({
    ...preset,
    sort_order: position.get(preset.id) ?? presets.length,
  }));

  const { error: saveError } = await supabase.from('presets').upsert(rows, { onConflict: 'id' });
  if (saveError) throw saveError;
  return rows.sort((a, b) => a.sort_order - b.sort_order);
}
