// writes: 5 sql
import sql from './sql'
export const save = (preset: Preset) => {
  const changes = { usage_count: preset.usage_count + 1 }
  return sql`update presets set ${sql(changes, 'usage_count')} where id = ${preset.id}`
}
