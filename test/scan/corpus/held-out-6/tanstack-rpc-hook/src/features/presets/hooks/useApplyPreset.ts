// writes: 25 rpc
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { toast } from 'sonner';
import { supabase } from '../../../lib/supabaseClient';
import { presetKeys } from '../queryKeys';

interface ApplyArgs {
  presetId: string;
  projectId: string;
}

export function useApplyPreset() {
  const queryClient = useQueryClient();

  return useMutation({
    mutationFn: async ({ presetId, projectId }: ApplyArgs) => {
      const { data, error } = await supabase
        .from('projects')
        .update({ active_preset_id: presetId })
        .eq('id', projectId)
        .select()
        .single();
      if (error) throw error;

      const { error: countError } = await supabase.rpc('increment_preset_usage_count', { preset_id: presetId });
      if (countError) console.warn('usage was not counted', countError);
      return data;
    },
    onSuccess: () => {
      queryClient.invalidateQueries({ queryKey: presetKeys.all });
      toast.success('Preset applied');
    },
  });
}
