// writes: none
import { supabase } from './client';

export const updatePreset = (id: string, patch: Record<string, unknown>) =>
  supabase.from('presets').update(patch).eq('id', id);
