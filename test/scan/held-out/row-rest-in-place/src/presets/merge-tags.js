// writes: 10 supabase-update
import { supabase } from '../supabase.js';

/** Adds tags to a preset without losing those it has. */
export async function addTags(presetId, tags) {
  const { data } = await supabase.from('presets').select().eq('id', presetId).maybeSingle();
  if (!data) return null;
  const { id, ...fields } = data;
  fields.tags = [...new Set([...(fields.tags ?? []), ...tags])];
  const { error } = await supabase.from('presets').update(fields).eq('id', id);
  if (error) console.error('could not add tags', error);
  return fields;
}
