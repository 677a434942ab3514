// writes: 15 supabase-update
'use server';
import { createClient } from '@/utils/supabase/server';
import { redirect } from 'next/navigation';

export async function duplicatePreset(formData: FormData) {
  const supabase = await createClient();
  const { data: { user } } = await supabase.auth.getUser();
  const { data: original } = await supabase.from('presets').select('*').eq('id', formData.get('id')).single();
  if (!original || !user) redirect('/presets');

  const { id: _id, created_at: _createdAt, ...copy } = original;
  const { data } = await supabase
    .from('presets')
    .insert({ ...copy, user_id: user.id, name: `${original.name} (copy)` })
    .select('id')
    .single();
  redirect(`/presets/${data?.id}`);
}
