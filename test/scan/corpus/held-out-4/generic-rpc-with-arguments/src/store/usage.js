// writes: 9 rpc
import { supabase } from '../boot/supabase';

const state = { last: null };

export async function applied(preset) {
  state.last = preset.id;

  const { error } = await supabase.rpc('increment', { table_name: 'presets', column_name: 'usage_count', row_id: preset.id });
  if (error) console.warn('The use was not counted:', error.message);
}

export async function liked(comment) {
  await supabase.rpc('increment', { table_name: 'comments', column_name: 'likes', row_id: comment.id });
}

export const lastApplied = () => state.last;
