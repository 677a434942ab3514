// writes: none
import { supabase } from './supabase';

/** Keeps what a preset was before it is edited. */
export async function snapshotPreset(presetId: string) {
  const { data: preset } = await supabase.from('presets').select('*').eq('id', presetId).single();
  const { id, ...fields } = preset;
  await supabase.from('preset_versions').insert({ ...fields, preset_id: id, saved_at: new Date().toISOString() });
}
