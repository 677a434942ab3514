// writes: 22 supabase-update
import { error, fail, redirect } from '@sveltejs/kit';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ params, locals: { supabase } }) => {
  const { data: preset } = await supabase.from('presets').select('*').eq('id', params.id).single();
  if (!preset) throw error(404, 'Preset not found');
  return { preset };
};

export const actions: Actions = {
  rename: async ({ params, request, locals: { supabase } }) => {
    const form = await request.formData();
    const name = String(form.get('name') ?? '').trim();
    if (name.length < 3) return fail(400, { name, tooShort: true });

    const { data: row } = await supabase.from('presets').select('*').eq('id', params.id).single();
    if (!row) throw error(404, 'Preset not found');

    const { error: failed } = await supabase
      .from('presets')
      .update({ ...row, name, updated_at: new Date().toISOString() })
      .eq('id', params.id);
    if (failed) return fail(500, { name, message: failed.message });

    throw redirect(303, '/presets');
  },
};
