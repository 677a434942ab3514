// writes: none
export function useOptimisticUse() {
  const qc = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => supabase.rpc('track_preset_usage', { p_preset_id: id }),
    onMutate: async (id) => {
      const prev = qc.getQueryData<Preset[]>(['presets'])
      qc.setQueryData<Preset[]>(['presets'], (old) =>
        old?.map((p) => (p.id === id ? { ...p, usage_count: p.usage_count + 1 } : p)))
      return { prev }
    },
  })
}
