// writes: 7 supabase-update
import { Tables, USES } from '@studio/tables';
import { supabase } from './supabase';

export async function usePreset(preset: { id: string; usage_count: number }) {
  await supabase.from(Tables.usage).insert({ preset_id: preset.id });
  await supabase.from(Tables.presets).update({ [USES]: preset.usage_count + 1 }).eq('id', preset.id);
}
