// writes: 24 supabase-update
import { serverSupabaseClient, serverSupabaseUser } from '#supabase/server'

export default defineEventHandler(async event => {
  const user = await serverSupabaseUser(event)
  if (!user) {
    throw createError({ statusCode: 401, statusMessage: 'Unauthorized' })
  }

  const id = getRouterParam(event, 'id')
  const client = await serverSupabaseClient(event)

  const { data: preset, error } = await client
    .from('presets')
    .select('id, settings, usage_count')
    .eq('id', id)
    .single()
  if (error) {
    throw createError({ statusCode: 404, statusMessage: 'Preset not found' })
  }

  await Promise.all([
    client.from('preset_usage').insert({ preset_id: id, user_id: user.id }),
    client.from('presets').update({ usage_count: preset.usage_count + 1 }).eq('id', id),
  ])

  return { settings: preset.settings }
})
