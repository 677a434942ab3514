// writes: 7 supabase-update
import { supabase } from './client';
import { omit } from 'lodash';

export async function edit(id: string, name: string) {
  const { data } = await supabase.from('presets').select('*').eq('id', id).single();
  await supabase.from('presets').update({ ...omit(data, ['id', 'created_at']), name }).eq('id', id);
}
