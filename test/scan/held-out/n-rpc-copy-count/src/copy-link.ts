// writes: none
import { supabase } from './supabase';

export async function copyLink(presetId: string) {
  await navigator.clipboard.writeText(`https://studio.example/p/${presetId}`);
  await supabase.rpc('increment_preset_copy_count', { preset_id: presetId });
}
