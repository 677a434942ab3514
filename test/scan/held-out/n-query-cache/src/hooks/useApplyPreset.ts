// writes: none
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../api';

interface Preset {
  id: string;
  usage_count: number;
}

export function useApplyPreset() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.post(`/presets/${id}/apply`),
    onMutate: async id => {
      queryClient.setQueryData<Preset[]>(['presets'], old =>
        old?.map(preset => (preset.id === id ? { ...preset, usage_count: preset.usage_count + 1 } : preset)),
      );
    },
  });
}
