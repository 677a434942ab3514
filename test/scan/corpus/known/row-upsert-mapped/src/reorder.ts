// writes: 7 supabase-upsert
import { supabase } from './client';

export async function reorder(ownerId: string, order: string[]) {
  const { data: presets } = await supabase.from('presets').select().eq('owner_id', ownerId);
  const moved = (presets ?? []).map(preset => ({ ...preset, position: order.indexOf(preset.id) }));
  const { error } = await supabase.from('presets').upsert(moved);
  if (error) throw error;
}
