// writes: none
import type { SupabaseClient } from '@supabase/supabase-js';

export async function duplicate(supabase: SupabaseClient, presetId: string) {
  const { data: row, error } = await supabase.from('presets').select('*').eq('id', presetId).single();
  if (error) throw error;
  const { id, usage_count, created_at, updated_at, ...fields } = row;
  return supabase.from('presets').insert({ ...fields, name: `${row.name} copy` }).select().single();
}

export async function save(supabase: SupabaseClient, preset: { id: string; usage_count: number; name: string }) {
  const { usage_count: _, id, ...rest } = preset;
  await supabase.from('presets').update(rest).eq('id', id);
}
