// writes: none
export const unused = (supabase: any) => supabase.from('presets').update({ archived: true }).eq('usage_count', 0)
export const unusedSql = "UPDATE presets SET archived = true WHERE usage_count = 0"
