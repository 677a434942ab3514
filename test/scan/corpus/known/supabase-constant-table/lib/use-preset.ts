// writes: 8 supabase-update
import { TABLES } from './tables';
import { getClient } from './client';

export const usePreset = async (id: string) => {
  const db = getClient();
  const { data } = await db.from(TABLES.PRESETS).select('usage_count').eq('id', id).single();
  await db.from(TABLES.PRESETS).update({ usage_count: data!.usage_count + 1 }).eq('id', id);
};
