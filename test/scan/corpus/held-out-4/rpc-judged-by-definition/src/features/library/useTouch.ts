// writes: 11 rpc
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { supabase } from '../../lib/supabase';

export function useTouchPreset() {
  const queryClient = useQueryClient();

  return useMutation({
    mutationKey: ['touch-preset'],
    mutationFn: async (presetId: string) => {
      const { error } = await supabase.rpc('touch_preset', { p_id: presetId });
      if (error) throw error;
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['presets'] }),
  });
}
