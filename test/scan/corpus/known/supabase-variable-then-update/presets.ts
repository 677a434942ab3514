// writes: 7 supabase-update
import { supabase } from './client';

export async function bump(id: string, current: number) {
  const next = current + 1;
  const patch = { usage_count: next, updated_at: new Date() };
  const { error } = await supabase.from('presets').update(patch).eq('id', id);
  if (error) throw error;
}
