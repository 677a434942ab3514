// writes: none
import localforage from 'localforage';
const presets = localforage.createInstance({ name: 'presets' });
export async function bump(id: string, preset: { usage_count: number }) {
  await presets.setItem(id, { ...preset, usage_count: preset.usage_count + 1 });
  await presets.update(id, { usage_count: preset.usage_count + 1 });
}
