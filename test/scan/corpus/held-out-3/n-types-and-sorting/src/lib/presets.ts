// writes: none
import { z } from 'zod';
import { supabase } from './supabase';

export const presetSchema = z.object({ id: z.string().uuid(), name: z.string(), usage_count: z.number().int().default(0) });

export async function popular(limit = 20) {
  const { data } = await supabase.from('presets').select('id, name, usage_count').gt('usage_count', 0).order('usage_count', { ascending: false }).limit(limit);
  return z.array(presetSchema).parse(data);
}

export const createPreset = (name: string, parameters: unknown) =>
  supabase.from('presets').insert({ name, parameters, usage_count: 0 }).select().single();
