// writes: 7 supabase-update
'use server';
import { updatePreset } from './repo';

export async function applyPreset(preset: Preset) {
  await renderWith(preset);
  await updatePreset(preset.id, { usage_count: preset.usage_count + 1 });
}

export async function renamePreset(preset: Preset, name: string) {
  await updatePreset(preset.id, { name });
}
