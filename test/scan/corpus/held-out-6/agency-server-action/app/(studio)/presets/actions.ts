// writes: 30 supabase-update
'use server';

import { revalidatePath } from 'next/cache';
import { redirect } from 'next/navigation';
import { createServerSupabase } from '@/utils/supabase/server';

export type ActionState = { ok: boolean; message?: string };

export async function usePresetAction(_prev: ActionState, formData: FormData): Promise<ActionState> {
  const presetId = String(formData.get('presetId') ?? '');
  if (!presetId) return { ok: false, message: 'No preset selected' };

  const supabase = await createServerSupabase();
  const {
    data: { user },
  } = await supabase.auth.getUser();
  if (!user) redirect('/login');

  const { data: current, error } = await supabase
    .from('presets')
    .select('id, usage_count')
    .eq('id', presetId)
    .maybeSingle();
  if (error || !current) return { ok: false, message: 'Preset not found' };

  const next = (current.usage_count ?? 0) + 1;
  const { error: saveError } = await supabase
    .from('presets')
    .update({ usage_count: next, last_used_at: new Date().toISOString() })
    .eq('id', current.id);
  if (saveError) return { ok: false, message: saveError.message };

  revalidatePath('/presets');
  return { ok: true };
}
