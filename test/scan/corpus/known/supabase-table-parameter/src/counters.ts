// writes: 6 supabase-update
import { supabase } from './client';

export async function bump(table: string, id: string) {
  const { data } = await supabase.from(table).select('usage_count').eq('id', id).single();
  await supabase.from(table).update({ usage_count: data.usage_count + 1 }).eq('id', id);
}
