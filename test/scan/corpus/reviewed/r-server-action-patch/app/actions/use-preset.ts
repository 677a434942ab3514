// writes: 14 supabase-update
'use server'
import { createClient } from '@/lib/supabase/server'
import { revalidatePath } from 'next/cache'

export async function usePreset(formData: FormData) {
  const supabase = await createClient()
  const id = formData.get('id') as string
  await supabase.from('preset_usage').insert({ preset_id: id })
  const { data } = await supabase.from('presets').select().eq('id', id).single()
  const patch: Partial<Preset> = {}
  patch.usage_count = data!.usage_count + 1
  patch.last_used_at = new Date().toISOString()
  await supabase.from('presets').update(patch).eq('id', id)
  revalidatePath('/presets')
}
