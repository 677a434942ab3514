// writes: 30 supabase-update
import { NextResponse, type NextRequest } from 'next/server'
import { createClient } from '@/lib/supabase/server'

export async function POST(request: NextRequest, { params }: { params: Promise<{ id: string }> }) {
  const { id } = await params
  const supabase = await createClient()
  const { pinned } = await request.json().catch(() => ({ pinned: undefined }))

  const { data: preset, error } = await supabase
    .from('presets')
    .select('usage_count, pinned')
    .eq('id', id)
    .single()

  if (error || !preset) {
    return NextResponse.json({ error: 'Not found' }, { status: 404 })
  }

  const changes: Record<string, unknown> = {
    updated_at: new Date().toISOString(),
  }
  changes.usage_count = (preset.usage_count || 0) + 1
  if (typeof pinned === 'boolean') {
    changes.pinned = pinned
  }

  const { error: updateError } = await supabase
    .from('presets')
    .update(changes)
    .eq('id', id)

  if (updateError) {
    return NextResponse.json({ error: updateError.message }, { status: 500 })
  }
  return NextResponse.json({ ok: true })
}
