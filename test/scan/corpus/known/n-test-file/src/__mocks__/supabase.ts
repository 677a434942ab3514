// writes: none
export const bump = () => supabase.from('presets').update({ usage_count: 1 });
