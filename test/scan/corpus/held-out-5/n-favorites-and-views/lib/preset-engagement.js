// writes: none
import { createBrowserClient } from '@supabase/ssr'

const supabase = createBrowserClient(
  process.env.NEXT_PUBLIC_SUPABASE_URL,
  process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY,
)

export async function viewPreset(presetId) {
  await supabase.rpc('increment_preset_views', { preset_id: presetId })
}

export async function toggleFavorite(preset, userId) {
  if (preset.is_favorite) {
    await supabase.from('preset_favorites').delete().match({ preset_id: preset.id, user_id: userId })
  } else {
    await supabase.from('preset_favorites').insert({ preset_id: preset.id, user_id: userId })
  }

  const delta = preset.is_favorite ? -1 : 1
  const { data } = await supabase
    .from('presets')
    .update({ favorite_count: preset.favorite_count + delta })
    .eq('id', preset.id)
    .select('id, favorite_count, usage_count')
    .single()

  return data
}

export function engagement({ favorite_count, usage_count, view_count }) {
  if (!view_count) return 0
  return (favorite_count * 3 + usage_count) / view_count
}
