// writes: 9 rpc
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { supabase } from '../supabase';

export function useApplyPreset() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async (presetId: string) => {
      const { error } = await supabase.rpc('bump_preset', { p_id: presetId });
      if (error) throw error;
    },
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['presets'] }),
  });
}
