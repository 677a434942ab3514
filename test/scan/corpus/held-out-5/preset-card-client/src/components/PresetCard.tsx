// writes: 30 supabase-update
'use client'

import { useState } from 'react'
import { createClient } from '@/utils/supabase/client'
import { Button } from '@/components/ui/button'

type Props = {
  preset: { id: string; name: string; usage_count: number; settings: Record<string, unknown> }
  userId: string
  onApply: (settings: Record<string, unknown>) => void
}

export function PresetCard({ preset, userId, onApply }: Props) {
  const supabase = createClient()
  const [uses, setUses] = useState(preset.usage_count)
  const [busy, setBusy] = useState(false)

  const handleApply = async () => {
    setBusy(true)
    onApply(preset.settings)

    const { error } = await supabase
      .from('preset_usage')
      .insert({ preset_id: preset.id, user_id: userId, usage_type: 'apply' })

    if (!error) {
      await supabase
        .from('presets')
        .update({ usage_count: uses + 1 })
        .eq('id', preset.id)
      setUses(uses + 1)
    }
    setBusy(false)
  }

  return (
    <div className="rounded-lg border p-4">
      <h3 className="font-medium">{preset.name}</h3>
      <p className="text-sm text-muted-foreground">Used {uses} times</p>
      <Button onClick={handleApply} disabled={busy}>Apply</Button>
    </div>
  )
}
