// writes: none
'use server';

import { redirect } from 'next/navigation';
import { z } from 'zod';
import { createClient } from '@/lib/supabase/server';

const Input = z.object({
  name: z.string().trim().min(1).max(60),
  settings: z.string().transform((text) => JSON.parse(text)),
});

export async function createPreset(formData: FormData) {
  const parsed = Input.safeParse(Object.fromEntries(formData));
  if (!parsed.success) return { errors: parsed.error.flatten().fieldErrors };

  const supabase = await createClient();
  const { data: { user } } = await supabase.auth.getUser();
  if (!user) redirect('/login');

  const { data, error } = await supabase
    .from('presets')
    .insert({ ...parsed.data, user_id: user.id, usage_count: 0, last_used_at: null })
    .select('id')
    .single();
  if (error) return { errors: { name: [error.message] } };
  redirect(`/presets/${data.id}`);
}
