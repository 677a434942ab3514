// writes: none
import { client } from './client'
export async function updatePreset(id: string, changes: Record<string, unknown>) {
  const { error } = await client.from('presets').update(changes).eq('id', id)
  if (error) throw error
}
