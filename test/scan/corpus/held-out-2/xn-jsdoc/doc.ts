// writes: none
/**
 * Records a use. Do not call `supabase.from('presets').update({ usage_count })` beside it.
 * @example
 * await supabase.from('presets').update({ usage_count: 1 })
 */
export const record = (sb, id) => sb.from('preset_usage').insert({ preset_id: id });
