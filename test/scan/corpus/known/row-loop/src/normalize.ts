// writes: 8 supabase-upsert
import { supabase } from './client';

export async function normalize() {
  const { data: rows } = await supabase.from('presets').select('*');
  for (const row of rows ?? []) {
    const { created_at, ...rest } = row;
    await supabase.from('presets').upsert({ ...rest, name: row.name.trim() });
  }
}
