// writes: 22 rpc
import { serve } from 'https://deno.land/std@0.203.0/http/server.ts';
import { createClient } from 'https://esm.sh/@supabase/supabase-js@2';
import { runModel } from '../_shared/model.ts';

const cors = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Headers': 'authorization, content-type',
};

serve(async (req) => {
  if (req.method === 'OPTIONS') return new Response('ok', { headers: cors });

  const { presetId, prompt } = await req.json();
  const admin = createClient(Deno.env.get('SUPABASE_URL')!, Deno.env.get('SUPABASE_SERVICE_ROLE_KEY')!);

  const { data: preset } = await admin.from('presets').select('id, model, parameters').eq('id', presetId).maybeSingle();
  if (!preset) return new Response(JSON.stringify({ error: 'unknown preset' }), { status: 404, headers: cors });

  const image = await runModel(preset.model, { ...preset.parameters, prompt });

  const { error } = await admin.rpc('increment_preset_usage_count', { p_preset_id: presetId });
  if (error) console.error('usage not counted', error.message);

  return new Response(JSON.stringify({ url: image.url }), {
    headers: { ...cors, 'Content-Type': 'application/json' },
  });
});
