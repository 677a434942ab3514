// writes: 14 supabase-update
import { COUNT, PRESETS } from '$lib/server/names';
import { fail } from '@sveltejs/kit';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ params, locals: { supabase } }) => {
  const { data: preset } = await supabase.from(PRESETS).select('*').eq('id', params.id).single();
  return { preset };
};

export const actions: Actions = {
  use: async ({ params, locals: { supabase } }) => {
    const { data } = await supabase.from(PRESETS).select(COUNT).eq('id', params.id).single();
    const { error } = await supabase.from(PRESETS).update({ [COUNT]: data[COUNT] + 1 }).eq('id', params.id);
    if (error) return fail(500, { message: error.message });
    return { used: true };
  },
};
