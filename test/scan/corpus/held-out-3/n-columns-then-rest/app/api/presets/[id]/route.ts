// writes: none
import { createClient } from '@/lib/supabase/server';

const columns = 'id, name, description, parameters, is_public';

export async function PUT(request: Request, { params }: { params: Promise<{ id: string }> }) {
  const supabase = await createClient();
  const changes = await request.json();
  const { data: current } = await supabase.from('presets').select(columns).eq('id', (await params).id).single();
  const { id, ...fields } = current!;
  const { error } = await supabase.from('presets').update({ ...fields, name: changes.name }).eq('id', id);
  return Response.json({ ok: !error });
}
