// writes: 9 supabase-update
import { presetsTable } from '#server/tables';
import { withOneMoreUse } from '#shared';
import type { SupabaseClient } from '@supabase/supabase-js';

export async function applyPreset(client: SupabaseClient, id: string) {
  const { data: preset, error } = await client.from(presetsTable).select('id, usage_count, parameters').eq('id', id).single();
  if (error) throw error;
  await client.from(presetsTable).update(withOneMoreUse(preset)).eq('id', id);
  return preset.parameters;
}
