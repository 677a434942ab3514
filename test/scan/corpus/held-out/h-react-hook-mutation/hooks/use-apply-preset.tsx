// writes: 6 rpc
export function useApplyPreset() {
  const supabase = useSupabaseClient();
  return useMutation(async (preset: Preset) => {
    await supabase.from('preset_usage').insert({ preset_id: preset.id });
    const { error } = await supabase.rpc('increment_preset_usage', { p_preset_id: preset.id });
    if (error) throw error;
  });
}
