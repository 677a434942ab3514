// writes: none
import { z } from 'zod';
import type { Database } from '../types/database.types';

export type PresetRow = Database['public']['Tables']['presets']['Row'];
export type PresetUpdate = Omit<Database['public']['Tables']['presets']['Update'], 'usage_count'>;

export const presetSchema = z.object({
  id: z.string().uuid(),
  name: z.string().min(1).max(80),
  usage_count: z.number().int().nonnegative().default(0),
  last_used_at: z.string().datetime().nullable(),
});

/** Columns of the list; `usage_count` is kept by a trigger and must never be updated here. */
export const PRESET_COLUMNS = 'id, name, usage_count, last_used_at';

export const emptyPreset: Omit<PresetRow, 'id'> = {
  name: '',
  settings: {},
  usage_count: 0,
  last_used_at: null,
};
