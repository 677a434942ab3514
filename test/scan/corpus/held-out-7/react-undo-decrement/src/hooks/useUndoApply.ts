// writes: 23 supabase-update
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { toast } from 'sonner';
import { supabase } from '@/integrations/supabase/client';

interface UndoInput {
  usageId: string;
  presetId: string;
}

export function useUndoApply() {
  const queryClient = useQueryClient();

  return useMutation({
    mutationFn: async ({ usageId, presetId }: UndoInput) => {
      const { error } = await supabase.from('preset_usage').delete().eq('id', usageId);
      if (error) throw error;

      const { data: preset } = await supabase.from('presets').select('usage_count').eq('id', presetId).single();
      if (!preset) return;

      const usage_count = Math.max(0, preset.usage_count - 1);
      const { error: updateError } = await supabase.from('presets').update({ usage_count }).eq('id', presetId);
      if (updateError) throw updateError;
    },
    onSuccess: (_, { presetId }) => {
      queryClient.invalidateQueries({ queryKey: ['preset', presetId] });
      toast.success('Preset removed');
    },
  });
}
