// writes: 7 supabase-update
import { supabase } from './client';

const TABLES = { preset: 'presets', prompt: 'prompts', palette: 'palettes' };

export async function recordUse(kind, item) {
  const { error } = await supabase.from(TABLES[kind]).update({ usage_count: item.usage_count + 1 }).eq('id', item.id);
  if (error) throw error;
}
