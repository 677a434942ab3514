// writes: 21 rpc
import { createClient } from 'jsr:@supabase/supabase-js@2';
import { corsHeaders } from '../_shared/cors.ts';

Deno.serve(async (req) => {
  if (req.method === 'OPTIONS') return new Response('ok', { headers: corsHeaders });

  const admin = createClient(Deno.env.get('SUPABASE_URL')!, Deno.env.get('SUPABASE_SERVICE_ROLE_KEY')!);
  const { presetId, imageUrl } = await req.json();

  const { data: preset, error } = await admin.from('presets').select('id, lut_url').eq('id', presetId).single();
  if (error) {
    return new Response(JSON.stringify({ error: error.message }), { status: 404, headers: corsHeaders });
  }

  const job = await fetch(Deno.env.get('RENDERER_URL')!, {
    method: 'POST',
    body: JSON.stringify({ lut: preset.lut_url, imageUrl }),
  });

  const { error: countError } = await admin.rpc('increment_preset_usage_count', { preset_id: presetId });
  if (countError) console.error('count failed', countError.message);

  return new Response(await job.text(), { headers: { ...corsHeaders, 'content-type': 'application/json' } });
});
