// writes: 6 supabase-upsert
import { supabase } from './client';
import type { Preset } from './types';

export const savePreset = (preset: Preset) =>
  supabase.from('presets').upsert(preset);
