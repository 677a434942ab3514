// writes: none
'use server'

import { revalidateTag } from 'next/cache'
import { createClient } from '@/lib/supabase/server'

export type UsePresetResult = { ok: true; usageCount: number } | { ok: false; message: string }

/**
 * Records one use. A trigger on preset_usage raises presets.usage_count,
 * so do not update({ usage_count: ... }) here: each use would count twice.
 */
export async function usePreset(presetId: string): Promise<UsePresetResult> {
  const supabase = await createClient()
  const { data: auth } = await supabase.auth.getUser()
  if (!auth.user) return { ok: false, message: 'Sign in first' }

  const { error } = await supabase
    .from('preset_usage')
    .insert({ preset_id: presetId, user_id: auth.user.id, usage_type: 'apply' })
  if (error) return { ok: false, message: error.message }

  await supabase
    .from('presets')
    .update({ last_used_by: auth.user.id })
    .eq('id', presetId)

  const { data: preset } = await supabase
    .from('presets')
    .select('usage_count')
    .eq('id', presetId)
    .single()

  revalidateTag('presets')
  return { ok: true, usageCount: preset?.usage_count ?? 0 }
}
