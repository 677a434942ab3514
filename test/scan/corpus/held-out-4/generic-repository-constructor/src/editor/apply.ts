// writes: 7 supabase-update
import { brushRepository, presetRepository } from '../data/repositories';

export async function applyPreset(id: string) {
  const preset = await presetRepository.find(id);
  if (!preset) return null;
  await presetRepository.update(id, { usage_count: preset.usage_count + 1 });
  return preset;
}

export async function applyBrush(id: string) {
  const brush = await brushRepository.find(id);
  if (!brush) return null;
  await brushRepository.update(id, { usage_count: brush.usage_count + 1 });
  return brush;
}

export const renamePreset = (id: string, name: string) => presetRepository.update(id, { name });
