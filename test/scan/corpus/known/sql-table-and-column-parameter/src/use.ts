// writes: none
import { increment } from './counters';

export async function use(presetId: string, styleId: string) {
  await increment('styles', 'usage_count', styleId);
  await increment('presets', 'view_count', presetId);
  await increment('presets', 'usage_count', presetId);
}
