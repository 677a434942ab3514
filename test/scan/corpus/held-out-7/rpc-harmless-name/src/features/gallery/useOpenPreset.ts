// writes: 11 rpc
import { useCallback } from 'react';
import { useRouter } from 'next/navigation';
import { supabase } from '../../lib/supabase';

export function useOpenPreset() {
  const router = useRouter();

  return useCallback(
    async (presetId: string) => {
      const { error } = await supabase.rpc('touch_preset', { p_id: presetId });
      if (error) console.warn(error.message);
      router.push(`/editor?preset=${presetId}`);
    },
    [router],
  );
}
