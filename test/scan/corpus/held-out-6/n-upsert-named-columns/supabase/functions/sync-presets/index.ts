// writes: none
import { createClient } from 'jsr:@supabase/supabase-js@2';

type RemotePreset = { id: string; title: string; config: unknown; uses: number; revision: number };

Deno.serve(async () => {
  const supabase = createClient(Deno.env.get('SUPABASE_URL')!, Deno.env.get('SUPABASE_SERVICE_ROLE_KEY')!);

  const response = await fetch('https://cms.example.com/api/presets');
  const remote: RemotePreset[] = await response.json();

  const rows = remote.map(({ id, title, config, revision }) => ({
    cms_id: id,
    name: title,
    settings: config,
    revision,
  }));

  const { data, error } = await supabase
    .from('presets')
    .upsert(rows, { onConflict: 'cms_id' })
    .select('id, name, usage_count');
  if (error) return Response.json({ error: error.message }, { status: 500 });

  return Response.json({ synced: data.length, used: data.filter(row => row.usage_count > 0).length });
});
