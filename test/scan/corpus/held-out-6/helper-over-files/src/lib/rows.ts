// writes: none
import { supabase } from './client';

type Id = string | number;

export async function getRow<T>(table: string, id: Id, columns = '*'): Promise<T> {
  const { data, error } = await supabase.from(table).select(columns).eq('id', id).single();
  if (error) throw new Error(`${table}/${id}: ${error.message}`);
  return data as T;
}

export async function updateRow(table: string, id: Id, patch: Record<string, unknown>): Promise<void> {
  const { error } = await supabase.from(table).update(patch).eq('id', id);
  if (error) throw new Error(`${table}/${id}: ${error.message}`);
}
