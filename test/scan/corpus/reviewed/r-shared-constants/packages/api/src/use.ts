// writes: 5 supabase-update
import { COLUMNS, TABLES } from '../../shared/src/tables'
import { client } from './client'
export async function bump(id: string, current: number) {
  return client.from(TABLES.PRESETS).update({ [COLUMNS.USAGE_COUNT]: current + 1 }).eq('id', id)
}
