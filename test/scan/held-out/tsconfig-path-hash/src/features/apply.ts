// writes: 7 supabase-update
import { PRESETS_TABLE } from '#db/names';
import { plusOne } from '@shared';
import { client } from '../client';

export async function apply(preset: { id: string; usage_count: number | null }) {
  return client.from(PRESETS_TABLE).update(plusOne(preset)).match({ id: preset.id });
}
