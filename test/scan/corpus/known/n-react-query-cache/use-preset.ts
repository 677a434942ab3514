// writes: none
export function useTrack() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => supabase.rpc('track_preset_usage', { p_preset_id: id, p_usage_type: 'apply' }),
    onMutate: async id => {
      queryClient.setQueryData(['presets'], (old: Preset[]) =>
        old.map(p => (p.id === id ? { ...p, usage_count: p.usage_count + 1 } : p)),
      );
    },
  });
}
