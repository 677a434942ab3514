// writes: none
import { error, redirect } from '@sveltejs/kit';
import type { Actions } from './$types';

export const actions: Actions = {
  default: async ({ params, request, locals: { supabase } }) => {
    const form = await request.formData();

    const { data: row } = await supabase.from('presets').select('*').eq('id', params.id).single();
    if (!row) throw error(404, 'Preset not found');

    // The database keeps these itself.
    const { id, created_at, usage_count, last_used_at, ...editable } = row;

    const { error: failed } = await supabase
      .from('presets')
      .update({
        ...editable,
        name: String(form.get('name')),
        description: String(form.get('description') ?? ''),
      })
      .eq('id', id);
    if (failed) throw error(500, failed.message);

    throw redirect(303, `/presets/${id}`);
  },
};
