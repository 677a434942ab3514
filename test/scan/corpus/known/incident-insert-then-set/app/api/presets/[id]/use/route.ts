// writes: 23 supabase-update
import { NextResponse } from 'next/server';
import { createClient } from '@/lib/supabase/server';

export async function POST(request: Request, { params }: { params: { id: string } }) {
  const supabase = await createClient();
  const { data: { user } } = await supabase.auth.getUser();
  if (!user) return NextResponse.json({ error: 'Unauthorized' }, { status: 401 });

  const { error: insertError } = await supabase
    .from('preset_usage')
    .insert({ preset_id: params.id, user_id: user.id, usage_type: 'apply' });
  if (insertError) return NextResponse.json({ error: insertError.message }, { status: 500 });

  const { data: preset } = await supabase
    .from('presets')
    .select('usage_count')
    .eq('id', params.id)
    .single();

  await supabase
    .from('presets')
    .update({ usage_count: (preset?.usage_count ?? 0) + 1, last_used_at: new Date().toISOString() })
    .eq('id', params.id);

  return NextResponse.json({ ok: true });
}
