// writes: none
import { supabase } from '../supabase';

const COLUMNS = 'id, name, category, settings';

export async function categorize(id: string, category: string) {
  const { data: row, error } = await supabase.from('presets').select('*').eq('id', id).single();
  if (error) throw error;
  const { usage_count: _count, last_used_at: _last, ...fields } = row;
  await supabase.from('presets').update({ ...fields, category }).eq('id', id);
}

export async function rename(id: string, name: string) {
  const { data: row, error } = await supabase.from('presets').select(COLUMNS).eq('id', id).single();
  if (error) throw error;
  await supabase.from('presets').update({ ...row, name }).eq('id', id);
}

export async function saveDraft(id: string) {
  const { data: row } = await supabase.from('presets').select('*').eq('id', id).single();
  await supabase.from('preset_drafts').upsert({ preset_id: id, snapshot: row });
}
