// writes: 28 supabase-update
import { error, fail } from '@sveltejs/kit';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals: { supabase, profile } }) => {
  if (profile?.role !== 'admin') error(403, 'Admins only');
  const { data: presets } = await supabase
    .from('presets')
    .select('id, name, usage_count, last_used_at')
    .order('usage_count', { ascending: false });
  return { presets: presets ?? [] };
};

export const actions: Actions = {
  rename: async ({ request, locals: { supabase } }) => {
    const form = await request.formData();
    const { error: failed } = await supabase
      .from('presets')
      .update({ name: String(form.get('name')) })
      .eq('id', String(form.get('id')));
    return failed ? fail(400, { message: failed.message }) : { ok: true };
  },

  resetStats: async ({ request, locals: { supabase } }) => {
    const id = String((await request.formData()).get('id'));
    const { error: failed } = await supabase
      .from('presets')
      .update({ usage_count: 0, last_used_at: null })
      .eq('id', id);
    return failed ? fail(400, { message: failed.message }) : { ok: true };
  },
};
