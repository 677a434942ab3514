// writes: 13 supabase-update
import { createClient } from 'https://esm.sh/@supabase/supabase-js@2';
import { corsHeaders } from '../_shared/cors.ts';

const admin = createClient(
  Deno.env.get('SUPABASE_URL')!,
  Deno.env.get('SUPABASE_SERVICE_ROLE_KEY')!,
);

async function recordUse(presetId: string) {
  const { data } = await admin.from('presets').select('usage_count').eq('id', presetId).maybeSingle();
  if (!data) return;
  const { error } = await admin.from('presets').update({ usage_count: data.usage_count + 1 }).eq('id', presetId);
  if (error) console.error('usage_count', error);
}

Deno.serve(async req => {
  if (req.method === 'OPTIONS') return new Response('ok', { headers: corsHeaders });

  const { prompt, presetId } = await req.json();
  const { data: preset } = await admin
    .from('presets')
    .select('id, model, prompt_suffix')
    .eq('id', presetId)
    .single();

  const upstream = await fetch('https://api.replicate.com/v1/predictions', {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${Deno.env.get('REPLICATE_API_TOKEN')}`,
      'Content-Type': 'application/json',
    },
    body: JSON.stringify({
      version: preset?.model,
      input: { prompt: `${prompt}, ${preset?.prompt_suffix ?? ''}` },
    }),
  });
  const prediction = await upstream.json();

  EdgeRuntime.waitUntil(recordUse(presetId));

  return new Response(JSON.stringify(prediction), {
    headers: { ...corsHeaders, 'Content-Type': 'application/json' },
  });
});
