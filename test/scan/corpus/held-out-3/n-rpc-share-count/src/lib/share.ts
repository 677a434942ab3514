// writes: none
import { supabase } from './supabase';

export async function sharePreset(presetId: string) {
  const link = `${location.origin}/p/${presetId}`;
  await navigator.share({ url: link });
  await supabase.rpc('increment_preset_share_count', { preset_id: presetId });
  void supabase.rpc('bump_preset_downloads', { preset_id: presetId });
}
