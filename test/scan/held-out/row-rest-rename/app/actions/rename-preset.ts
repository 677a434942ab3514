// writes: 12 supabase-update
'use server';
import { revalidatePath } from 'next/cache';
import { createClient } from '../lib/supabase-server';

export async function renamePreset(presetId: string, name: string) {
  const supabase = await createClient();
  const { data: preset, error } = await supabase.from('presets').select('*').eq('id', presetId).single();
  if (error) throw error;

  const { id, created_at, updated_at, ...fields } = preset;
  await supabase.from('presets').update({ ...fields, name: name.trim() }).eq('id', id);
  revalidatePath('/presets');
}
