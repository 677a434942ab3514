// writes: none
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { supabase } from '../supabase';

interface Preset {
  id: string;
  name: string;
  usage_count: number;
}

export function useApply() {
  const queryClient = useQueryClient();

  return useMutation({
    mutationFn: async (presetId: string) => {
      const { error } = await supabase.from('preset_usage').insert({ preset_id: presetId });
      if (error) throw error;
    },
    onMutate: async (presetId) => {
      await queryClient.cancelQueries({ queryKey: ['presets'] });
      const previous = queryClient.getQueryData<Preset[]>(['presets']);
      queryClient.setQueryData<Preset[]>(['presets'], (presets = []) =>
        presets.map((preset) => (preset.id === presetId ? { ...preset, usage_count: preset.usage_count + 1 } : preset)),
      );
      return { previous };
    },
    onError: (_error, _presetId, context) => queryClient.setQueryData(['presets'], context?.previous),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['presets'] }),
  });
}
