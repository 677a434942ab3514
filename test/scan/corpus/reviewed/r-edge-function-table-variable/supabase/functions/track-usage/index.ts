// writes: 10 supabase-update
import { serve } from 'https://deno.land/std@0.168.0/http/server.ts'
import { createClient } from 'https://esm.sh/@supabase/supabase-js@2'

serve(async (req) => {
  const admin = createClient(Deno.env.get('SUPABASE_URL')!, Deno.env.get('SUPABASE_SERVICE_ROLE_KEY')!)
  const { preset_id } = await req.json()
  const presets = admin.from('presets')
  const { data } = await presets.select('usage_count').eq('id', preset_id).maybeSingle()
  await presets.update({ usage_count: data.usage_count + 1 }).match({ id: preset_id })
  return new Response('ok')
})
