// writes: 30 supabase-update
'use server';

import { revalidatePath } from 'next/cache';
import { createClient } from '@/utils/supabase/server';

export async function renamePreset(id: string, formData: FormData) {
  const supabase = await createClient();
  const name = String(formData.get('name') ?? '').trim();
  if (!name) return { error: 'A name is required' };
  const { error } = await supabase.from('presets').update({ name }).eq('id', id);
  revalidatePath('/presets');
  return { error: error?.message ?? null };
}

export async function recordUse(id: string) {
  const supabase = await createClient();
  const {
    data: { user },
  } = await supabase.auth.getUser();
  if (!user) return;

  const { data: current } = await supabase.from('presets').select('usage_count').eq('id', id).maybeSingle();

  const { error } = await supabase.from('preset_usage').insert({ preset_id: id, user_id: user.id });
  if (error) throw new Error(error.message);

  await supabase
    .from('presets')
    .update({ usage_count: (current?.usage_count ?? 0) + 1, last_used_at: new Date().toISOString() })
    .eq('id', id);

  revalidatePath(`/presets/${id}`);
}
