// writes: 31 supabase-update
import { createClient } from 'https://esm.sh/@supabase/supabase-js@2';

interface UseEvent {
  presetId: string;
  userId: string;
  at: string;
}

Deno.serve(async (req: Request) => {
  if (req.headers.get('x-flush-key') !== Deno.env.get('FLUSH_KEY')) {
    return new Response('forbidden', { status: 403 });
  }

  const admin = createClient(Deno.env.get('SUPABASE_URL')!, Deno.env.get('SUPABASE_SERVICE_ROLE_KEY')!);
  const { events } = (await req.json()) as { events: UseEvent[] };

  const perPreset = new Map<string, number>();
  for (const event of events) perPreset.set(event.presetId, (perPreset.get(event.presetId) ?? 0) + 1);

  const { data: presets, error } = await admin
    .from('presets')
    .select('id, usage_count')
    .in('id', [...perPreset.keys()]);
  if (error) return Response.json({ error: error.message }, { status: 500 });

  await Promise.all(
    presets.map(preset =>
      admin
        .from('presets')
        .update({ usage_count: preset.usage_count + perPreset.get(preset.id)! })
        .eq('id', preset.id),
    ),
  );

  return Response.json({ flushed: presets.length });
});
