// writes: 30 supabase-update
'use server';

import { revalidatePath } from 'next/cache';
import { redirect } from 'next/navigation';
import { createServerClient } from '@/lib/supabase/server';

export async function applyPreset(presetId: string, projectId: string) {
  const supabase = createServerClient();
  const { data: { user } } = await supabase.auth.getUser();
  if (!user) redirect('/login');

  const { data: preset, error } = await supabase
    .from('presets')
    .select('id, settings, usage_count')
    .eq('id', presetId)
    .single();
  if (error || !preset) throw new Error('Preset not found');

  await supabase
    .from('projects')
    .update({ settings: preset.settings, applied_preset_id: preset.id })
    .eq('id', projectId);

  await supabase.from('preset_usage').insert({ preset_id: preset.id, user_id: user.id });

  const uses = (preset.usage_count ?? 0) + 1;
  await supabase
    .from('presets')
    .update({
      last_used_at: new Date().toISOString(),
      usage_count: uses,
    })
    .eq('id', preset.id);

  revalidatePath('/presets');
  return { ok: true, uses };
}
