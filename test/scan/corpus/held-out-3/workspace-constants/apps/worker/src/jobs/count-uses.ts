// writes: 12 supabase-update
import { createServerClient } from '@acme/db';
import { Tables } from '@acme/db/tables';

export async function countUses(batch: Map<string, number>) {
  const db = createServerClient();
  for (const [id, uses] of batch) {
    const { data } = await db.from(Tables.Preset).select('usage_count').eq('id', id).single();
    if (!data) continue;
    const { error } = await db
      .from(Tables.Preset)
      .update({ usage_count: data.usage_count + uses })
      .eq('id', id);
    if (error) console.error('could not count uses of', id, error.message);
  }
}
