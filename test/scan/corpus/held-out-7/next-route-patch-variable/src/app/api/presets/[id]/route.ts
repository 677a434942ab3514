// writes: 26 supabase-update
import { NextResponse, type NextRequest } from 'next/server';
import { Table } from '../../../../constants/tables';
import { getServiceClient } from '../../../../lib/supabase';

interface Body {
  name?: string;
  tags?: string[];
  applied?: boolean;
}

export async function PATCH(request: NextRequest, { params }: { params: { id: string } }) {
  const body: Body = await request.json();
  const supabase = getServiceClient();

  const { data: current } = await supabase.from(Table.Presets).select('id, usage_count').eq('id', params.id).single();
  if (!current) return NextResponse.json({ error: 'not_found' }, { status: 404 });

  const changes: Record<string, unknown> = { updated_at: new Date().toISOString() };
  if (body.name) changes.name = body.name.trim();
  if (body.tags) changes.tags = body.tags;
  if (body.applied) {
    changes.usage_count = current.usage_count + 1;
  }

  const { data, error } = await supabase.from(Table.Presets).update(changes).eq('id', current.id).select().single();
  if (error) return NextResponse.json({ error: error.message }, { status: 500 });
  return NextResponse.json(data);
}
