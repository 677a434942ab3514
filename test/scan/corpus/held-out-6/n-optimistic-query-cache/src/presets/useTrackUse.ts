// writes: none
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { supabase } from '../supabase';

type Preset = { id: string; name: string; usage_count: number };

export function useTrackUse(userId: string) {
  const client = useQueryClient();

  return useMutation({
    mutationFn: async (preset: Preset) => {
      const { error } = await supabase.from('preset_usage').insert({ preset_id: preset.id, user_id: userId });
      if (error) throw error;
    },
    onMutate: async preset => {
      await client.cancelQueries({ queryKey: ['presets'] });
      const before = client.getQueryData<Preset[]>(['presets']);
      client.setQueryData<Preset[]>(['presets'], old =>
        old?.map(each => (each.id === preset.id ? { ...each, usage_count: each.usage_count + 1 } : each)),
      );
      return { before };
    },
    onError: (_error, _preset, context) => {
      client.setQueryData(['presets'], context?.before);
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['presets'] }),
  });
}
