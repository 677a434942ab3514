// writes: 11 supabase-update
'use server';
import { cookies } from 'next/headers';
import { createServerActionClient } from '@supabase/auth-helpers-nextjs';

export async function incrementPresetUsage(formData: FormData) {
  const id = String(formData.get('id'));
  const supabase = createServerActionClient<Database>({ cookies });
  const { data } = await supabase.from('presets').select('usage_count').eq('id', id).single<{ usage_count: number }>();
  const count = (data?.usage_count ?? 0) + 1;
  await supabase.from('presets').update({ usage_count: count } satisfies TablesUpdate<'presets'>).eq('id', id);
}
