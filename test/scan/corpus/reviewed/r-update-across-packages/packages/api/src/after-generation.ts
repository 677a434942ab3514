// writes: 4 supabase-update
import { updatePreset } from '../../db/src/updatePreset'
export async function afterGeneration(preset: { id: string; usage_count: number }) {
  await updatePreset(preset.id, { usage_count: preset.usage_count + 1 })
}
