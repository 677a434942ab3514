// writes: 23 rpc
import { createAdminClient } from './supabase/admin'

type UseEvent = {
  presetId: string
  workspaceId: string
  source: 'editor' | 'api' | 'plugin'
}

export async function trackUse({ presetId, workspaceId, source }: UseEvent) {
  const supabase = createAdminClient()

  const { error: insertError } = await supabase.from('preset_usage').insert({
    preset_id: presetId,
    workspace_id: workspaceId,
    usage_type: source,
  })
  if (insertError) {
    console.error('[tracking] insert failed', insertError)
    return { ok: false as const }
  }

  const { error } = await supabase.rpc('increment_counter', {
    table_name: 'presets',
    column_name: 'usage_count',
    row_id: presetId,
  })
  if (error) console.error('[tracking] increment failed', error)

  return { ok: true as const }
}
