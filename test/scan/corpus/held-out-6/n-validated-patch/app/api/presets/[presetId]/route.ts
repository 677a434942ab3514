// writes: none
import { NextResponse } from 'next/server';
import { z } from 'zod';
import { createClient } from '@/lib/supabase/server';

const PatchSchema = z
  .object({
    name: z.string().trim().min(1).max(80),
    description: z.string().max(500).nullable(),
    is_public: z.boolean(),
  })
  .partial()
  .strict();

export async function PATCH(request: Request, { params }: { params: Promise<{ presetId: string }> }) {
  const { presetId } = await params;
  const parsed = PatchSchema.safeParse(await request.json());
  if (!parsed.success) return NextResponse.json(parsed.error.flatten(), { status: 422 });

  const supabase = await createClient();
  const { data, error } = await supabase
    .from('presets')
    .update(parsed.data)
    .eq('id', presetId)
    .select('id, name, description, is_public, usage_count')
    .single();

  if (error) return NextResponse.json({ error: error.message }, { status: 400 });
  return NextResponse.json(data);
}
