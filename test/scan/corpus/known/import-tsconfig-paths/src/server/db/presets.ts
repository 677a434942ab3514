// writes: none
import { pool } from './pool';
export const updatePreset = (id: string, patch: Record<string, unknown>) =>
  supabase.from('presets').update(patch).eq('id', id);
export const PRESETS = 'presets';
export const COUNTER = { table: PRESETS, column: 'usage_count' } as const;
