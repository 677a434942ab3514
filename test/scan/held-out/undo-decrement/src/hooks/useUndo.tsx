// writes: 9 supabase-update
import { useCallback } from 'react';
import { useSupabase } from '../providers/supabase';

export function useUndo(preset: { id: string; usage_count: number }) {
  const supabase = useSupabase();
  return useCallback(async () => {
    const usage_count = Math.max(0, preset.usage_count - 1);
    await supabase.from('presets').update({ usage_count }).eq('id', preset.id);
  }, [preset, supabase]);
}
