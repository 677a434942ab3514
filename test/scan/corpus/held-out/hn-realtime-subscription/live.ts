// writes: none
export const subscribe = (supabase, onChange) =>
  supabase
    .channel('presets')
    .on('postgres_changes', { event: 'UPDATE', schema: 'public', table: 'presets' }, payload =>
      onChange({ id: payload.new.id, usage_count: payload.new.usage_count }),
    )
    .subscribe();
