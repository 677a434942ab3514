// writes: none
import { supabaseAdmin } from './supabase-admin';

/** Reads a counter and writes it back one higher. Good enough for our traffic. */
export async function incrementCounter(table: string, column: string, id: string, by = 1) {
  const { data, error } = await supabaseAdmin.from(table).select(column).eq('id', id).single();
  if (error) throw error;

  const current = Number((data as unknown as Record<string, number>)[column] ?? 0);
  const { error: updateError } = await supabaseAdmin
    .from(table)
    .update({ [column]: current + by })
    .eq('id', id);
  if (updateError) throw updateError;
}
