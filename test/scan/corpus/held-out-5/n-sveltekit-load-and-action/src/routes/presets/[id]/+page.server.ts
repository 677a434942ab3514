// writes: none
import { error, fail } from '@sveltejs/kit';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ params, locals: { supabase } }) => {
  const { data: preset } = await supabase
    .from('presets')
    .select('id, name, description, usage_count')
    .eq('id', params.id)
    .single();
  if (!preset) error(404, 'No such preset');
  return { preset };
};

export const actions: Actions = {
  use: async ({ params, locals: { supabase, user } }) => {
    const { error: failed } = await supabase
      .from('preset_usage')
      .insert({ preset_id: params.id, user_id: user?.id });
    if (failed) return fail(400, { message: failed.message });
    return { used: true };
  },
  edit: async ({ params, request, locals: { supabase } }) => {
    const form = await request.formData();
    const { error: failed } = await supabase
      .from('presets')
      .update({ name: String(form.get('name')), description: String(form.get('description')) })
      .eq('id', params.id);
    if (failed) return fail(400, { message: failed.message });
    return { saved: true };
  },
};
