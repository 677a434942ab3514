// writes: 7 supabase-update
import { supabase } from './client';
import type { Tables } from './database.types';

export async function save(preset: Tables<'presets'>) {
  const { id, created_at, ...changes } = preset;
  return supabase.from('presets').update(changes).eq('id', id);
}
