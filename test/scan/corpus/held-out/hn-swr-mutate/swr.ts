// writes: none
export async function use(id: string) {
  mutate('/api/presets', (data: Preset[]) => data.map(p => p.id === id ? { ...p, usage_count: p.usage_count + 1 } : p), false);
  await trackPresetUsage(id);
  mutate('/api/presets');
}
