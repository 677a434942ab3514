// writes: 18 supabase-update
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { supabase } from '@/integrations/supabase/client';
import type { Preset } from './types';

export const presetKeys = {
  all: ['presets'] as const,
  detail: (id: string) => ['presets', id] as const,
};

export function useApplyPreset() {
  const queryClient = useQueryClient();

  return useMutation({
    mutationFn: async (preset: Preset) => {
      const { data, error } = await supabase
        .from('presets')
        .update({ usage_count: preset.usage_count + 1 })
        .eq('id', preset.id)
        .select()
        .single();
      if (error) throw error;
      return data;
    },
    onMutate: async preset => {
      await queryClient.cancelQueries({ queryKey: presetKeys.all });
      const previous = queryClient.getQueryData<Preset[]>(presetKeys.all);
      queryClient.setQueryData<Preset[]>(presetKeys.all, old =>
        old?.map(p => (p.id === preset.id ? { ...p, usage_count: p.usage_count + 1 } : p)),
      );
      return { previous };
    },
    onError: (_error, _preset, context) => {
      queryClient.setQueryData(presetKeys.all, context?.previous);
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: presetKeys.all }),
  });
}
