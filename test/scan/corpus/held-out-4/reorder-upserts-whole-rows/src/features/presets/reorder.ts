// writes: 12 supabase-upsert
import { supabase } from '../../supabaseClient';

/** Moves a preset within the user's list, and stores everybody's new position. */
export async function movePreset(userId: string, from: number, to: number) {
  const { data: rows, error } = await supabase.from('presets').select().eq('user_id', userId).order('position');
  if (error) throw error;

  const [moved] = rows.splice(from, 1);
  rows.splice(to, 0, moved);

  const { error: saveError } = await supabase.from('presets').upsert(rows.map((row, index) => ({ ...row, position: index })));
  if (saveError) throw saveError;
}

export async function positions(userId: string) {
  const { data } = await supabase.from('presets').select('id, position').eq('user_id', userId);
  return new Map((data ?? []).map(({ id, position }) => [id, position]));
}
