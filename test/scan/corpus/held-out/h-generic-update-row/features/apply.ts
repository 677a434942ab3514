// writes: 4 supabase-update
import { updateRow } from '../db/rows';
export async function apply(preset: Preset) {
  await updateRow('presets', preset.id, { usage_count: preset.usage_count + 1 });
  await updateRow('coupons', preset.couponId, { usage_count: 1 });
}
