// writes: none
import { supabase } from './supabase';

export async function updateRow(table: string, id: string, values: Record<string, unknown>) {
  const { data, error } = await supabase.from(table).update(values).eq('id', id).select().single();
  if (error) throw new Error(`${table}: ${error.message}`);
  return data;
}
