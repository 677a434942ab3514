// writes: none
import { z } from 'zod';

export interface Preset {
  id: string;
  name: string;
  usage_count: number;
  last_used_at: string | null;
}

export const presetSchema = z.object({
  id: z.string().uuid(),
  name: z.string(),
  usage_count: z.number().int().default(0),
});

export type PresetUpdate = Partial<Pick<Preset, 'name' | 'usage_count'>>;
