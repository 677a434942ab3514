// writes: 7 supabase-update
import { supabase } from './client';

export async function clean(id: string) {
  const { data: row } = await supabase.from('presets').select('*').eq('id', id).single();
  const filled = Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
  await supabase.from('presets').update(filled).eq('id', id);
  const allowed = Object.fromEntries(Object.entries(row).filter(([key]) => ['name', 'settings'].includes(key)));
  await supabase.from('presets').update(allowed).eq('id', id);
}
