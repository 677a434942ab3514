// writes: 36 supabase-update
'use server';

import { revalidatePath } from 'next/cache';
import { redirect } from 'next/navigation';
import { z } from 'zod';
import { createServerClient } from '@/lib/supabase/server';

const applySchema = z.object({
  presetId: z.string().uuid(),
  projectId: z.string().uuid(),
});

export async function applyPreset(formData: FormData) {
  const { presetId, projectId } = applySchema.parse(Object.fromEntries(formData));
  const supabase = await createServerClient();

  const { data: { user } } = await supabase.auth.getUser();
  if (!user) redirect('/login');

  const { data: preset, error } = await supabase
    .from('presets')
    .select('id, settings, usage_count')
    .eq('id', presetId)
    .single();
  if (error) throw new Error('Preset not found');

  await supabase.from('projects').update({ settings: preset.settings }).eq('id', projectId);
  await supabase.from('preset_usage').insert({
    preset_id: preset.id,
    user_id: user.id,
    usage_type: 'project',
  });

  // keep the number on the card in sync
  await supabase.from('presets').update({
    usage_count: (preset.usage_count ?? 0) + 1,
    last_used_at: new Date().toISOString(),
  }).eq('id', preset.id);

  revalidatePath(`/projects/${projectId}`);
}
