// writes: 21 supabase-update
import { error, fail } from '@sveltejs/kit';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ params, locals: { supabase } }) => {
  const { data: preset } = await supabase.from('presets').select('*').eq('slug', params.slug).single();
  if (!preset) error(404, 'No such preset');
  return { preset };
};

export const actions: Actions = {
  use: async ({ params, locals: { supabase, safeGetSession } }) => {
    const { session } = await safeGetSession();
    if (!session) return fail(401, { message: 'Sign in to use presets' });

    const { data: preset } = await supabase.from('presets').select('id, usage_count').eq('slug', params.slug).single();
    if (!preset) return fail(404, { message: 'No such preset' });

    const stamp = new Date().toISOString();
    const changes = { usage_count: preset.usage_count + 1, last_used_at: stamp };
    const { error: updateError } = await supabase.from('presets').update(changes).eq('id', preset.id);
    if (updateError) return fail(500, { message: updateError.message });
    return { used: stamp };
  },

  publish: async ({ params, locals: { supabase } }) => {
    const changes = { is_public: true };
    await supabase.from('presets').update(changes).eq('slug', params.slug);
    return { published: true };
  },
};
