// writes: 17 rpc
import type { ActionFunctionArgs } from '@remix-run/node';
import { json, redirect } from '@remix-run/node';
import { createSupabase } from '~/lib/supabase.server';

export async function action({ request, params }: ActionFunctionArgs) {
  const { supabase, headers } = createSupabase(request);
  const { data } = await supabase.auth.getUser();
  if (!data.user) return redirect('/login', { headers });

  const form = await request.formData();
  const { error } = await supabase
    .from('preset_usage')
    .insert({ preset_id: params.presetId, user_id: data.user.id, source: String(form.get('source') ?? 'gallery') });
  if (error) return json({ error: error.message }, { status: 400, headers });

  await supabase.rpc('touch_preset', { p_id: params.presetId });
  return redirect(`/presets/${params.presetId}`, { headers });
}
