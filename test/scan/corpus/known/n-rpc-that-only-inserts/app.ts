// writes: none
export const used = (supabase, p) => supabase.rpc('increment_usage', { p });
