// writes: 11 supabase-update
import { supabase } from './client';

export const edit = (id, name) =>
  supabase
    .from('presets')
    .select('*')
    .eq('id', id)
    .single()
    .then(({ data }) =>
      supabase.from('presets').update({ ...data, name }).eq('id', id),
    );
