// writes: none
// We used to do: supabase.from('presets').update({ usage_count: n + 1 }); the trigger does that now.
/* UPDATE presets SET usage_count = usage_count + 1 WHERE id = $1 */
export const record = (sql: any, id: string) => sql`insert into preset_usage (preset_id) values (${id})`
