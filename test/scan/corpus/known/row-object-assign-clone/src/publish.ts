// writes: 12 supabase-update, 18 supabase-upsert
import { supabase } from './client';

async function load(id: string) {
  const { data, error } = await supabase.from('presets').select('id, name, settings, usage_count').eq('id', id).single();
  if (error) throw error;
  return data;
}

export async function publish(id: string) {
  const preset = await load(id);
  await supabase.from('presets').update(Object.assign({}, preset, { published: true })).eq('id', id);
}

export async function retitle(id: string, title: string) {
  const copy = structuredClone(await load(id));
  copy.title = title;
  await supabase.from('presets').upsert(copy);
}
