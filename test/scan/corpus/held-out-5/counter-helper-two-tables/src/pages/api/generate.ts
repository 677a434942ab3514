// writes: 19 supabase-update
import type { NextApiRequest, NextApiResponse } from 'next';
import { incrementCounter } from '../../lib/counters';
import { supabaseAdmin } from '../../lib/supabase-admin';
import { runModel } from '../../lib/model';

export default async function handler(req: NextApiRequest, res: NextApiResponse) {
  if (req.method !== 'POST') return res.status(405).end();
  const { presetId, prompt, userId } = req.body;

  const output = await runModel(prompt);
  const { data: image } = await supabaseAdmin
    .from('images')
    .insert({ user_id: userId, url: output.url, preset_id: presetId })
    .select('id')
    .single();

  if (presetId) {
    await incrementCounter('presets', 'usage_count', presetId);
  }
  res.status(200).json({ id: image?.id, url: output.url });
}
