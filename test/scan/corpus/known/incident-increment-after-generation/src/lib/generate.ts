// writes: 10 rpc
import { supabaseAdmin } from './supabase-admin';
import { runModel } from './model';

export async function generateImage(userId: string, presetId: string, prompt: string) {
  const image = await runModel(prompt);
  await supabaseAdmin.from('generations').insert({ user_id: userId, preset_id: presetId, url: image.url });

  // keep the badge on the preset card fresh
  const { error } = await supabaseAdmin.rpc('increment_preset_usage_count', { preset_id: presetId });
  if (error) console.error('could not increment usage', error);

  return image;
}
