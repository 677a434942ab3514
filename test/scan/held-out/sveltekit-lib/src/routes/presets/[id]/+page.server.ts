// writes: 8 supabase-update
import { presetsTable } from '$lib/server/tables';
import type { Actions } from './$types';

export const actions: Actions = {
  use: async ({ params, locals: { supabase } }) => {
    const { data } = await supabase.from(presetsTable).select('usage_count').eq('id', params.id).single();
    await supabase.from(presetsTable).update({ usage_count: (data?.usage_count ?? 0) + 1 }).eq('id', params.id);
    return { used: true };
  },
};
