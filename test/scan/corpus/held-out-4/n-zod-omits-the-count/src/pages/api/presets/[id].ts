// writes: none
import type { NextApiRequest, NextApiResponse } from 'next';
import { z } from 'zod';
import { createPagesServerClient } from '@supabase/auth-helpers-nextjs';

const PresetRow = z.object({
  id: z.string().uuid(),
  name: z.string().min(1),
  category: z.string().nullable(),
  usage_count: z.number().int(),
  last_used_at: z.string().nullable(),
});

const PresetPatch = PresetRow.omit({ id: true, usage_count: true, last_used_at: true }).partial();

export default async function handler(req: NextApiRequest, res: NextApiResponse) {
  if (req.method !== 'PUT') return res.status(405).end();

  const parsed = PresetPatch.safeParse(req.body);
  if (!parsed.success) return res.status(422).json(parsed.error.issues);

  const supabase = createPagesServerClient({ req, res });
  const { data, error } = await supabase.from('presets').update(parsed.data).eq('id', req.query.id).select('id, name, usage_count');
  if (error) return res.status(400).json({ error: error.message });
  return res.status(200).json(data[0]);
}
