// writes: none
import { supabase } from '@/lib/supabase';

export async function duplicatePreset(presetId: string, userId: string) {
  const { data: original, error } = await supabase
    .from('presets')
    .select('*')
    .eq('id', presetId)
    .single();
  if (error) throw error;

  const { id, created_at, updated_at, last_used_at, usage_count, ...copy } = original;

  const { data: created, error: insertError } = await supabase
    .from('presets')
    .insert({
      ...copy,
      name: `${copy.name} (copy)`,
      user_id: userId,
      is_public: false,
      forked_from: id,
      usage_count: 0,
    })
    .select('id, name')
    .single();
  if (insertError) throw insertError;
  return created;
}
