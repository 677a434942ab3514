// writes: 10 supabase-update
import { admin } from '../lib/admin';

async function main() {
  const { data: uses } = await admin.from('legacy_uses').select('preset_id');
  for (const { preset_id } of uses ?? []) {
    const { data } = await admin.from('presets').select('usage_count').eq('id', preset_id).single();
    const update: { usage_count?: number } = {};
    update['usage_count'] = (data?.usage_count ?? 0) + 1;
    await admin.from('presets').update(update).eq('id', preset_id);
  }
}

main();
