// writes: none
import { supabase } from './supabase';
import type { Preset } from '../types';

export async function loadPreset(id: string): Promise<Preset> {
  const { data, error } = await supabase.from('presets').select('*').eq('id', id).single();
  if (error) throw error;
  return data;
}

export async function savePreset(preset: Preset): Promise<Preset> {
  // The database keeps these.
  const { id, usage_count, last_used_at, created_at, ...editable } = preset;

  const { data, error } = await supabase
    .from('presets')
    .update({ ...editable, updated_at: new Date().toISOString() })
    .eq('id', id)
    .select('*')
    .single();
  if (error) throw error;

  console.debug(`saved ${id} (${usage_count} uses, last ${last_used_at}, of ${created_at})`);
  return data;
}
