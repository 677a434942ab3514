// writes: none
const presets = new Map<string, Preset>();
export function used(id: string) {
  const preset = presets.get(id)!;
  presets.set(id, { ...preset, usage_count: preset.usage_count + 1 });
}
