// writes: none
// Repairs the counts from the records.
export const sync = (sql: any) => sql`
  update presets p set usage_count = (select count(*) from preset_usage u where u.preset_id = p.id)
`
