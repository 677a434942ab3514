// writes: none
import { mutate } from './db/mutate';
import { adminClient } from './supabase/admin';

const rows = mutate(adminClient());

export async function applyBrandKit(kit: { id: string; usage_count: number; preset_id: string }) {
  await rows.patch('brand_kits', kit.id, { usage_count: kit.usage_count + 1 });
  await rows.patch('presets', kit.preset_id, { brand_kit_id: kit.id, updated_at: new Date().toISOString() });
}

export async function detachBrandKit(kitId: string, presetId: string) {
  await rows.patch('presets', presetId, { brand_kit_id: null });
  await rows.drop('brand_kits', kitId);
}
