// writes: 13 supabase-update, 14 supabase-upsert
import { supabase } from './client';

const mergePreset = (a: object, b: object) => ({ ...a, ...b });
const withoutId = ({ id, ...rest }: Record<string, unknown>) => rest;

export async function edit(id: string, patch: object) {
  const [{ data: folder }, { data: preset }] = await Promise.all([
    supabase.from('folders').select('*').single(),
    supabase.from('presets').select('*').eq('id', id).single(),
  ]);
  await supabase.from('folders').update(mergePreset(folder, patch)).eq('id', folder.id);
  await supabase.from('presets').update(mergePreset(preset, patch)).eq('id', id);
  await supabase.from('presets').upsert(withoutId(preset));
}
