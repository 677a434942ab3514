// writes: 8 supabase-update
export function useApplyPreset() {
  const supabase = useSupabaseClient()
  return useMutation({
    mutationFn: async (preset: Preset) => {
      const { data, error } = await (supabase as any)
        .from('presets')
        .update({ usage_count: preset.usage_count + 1 } satisfies Partial<Preset>)
        .eq('id', preset.id)
        .select()
      if (error) throw error
      return data
    },
  })
}
