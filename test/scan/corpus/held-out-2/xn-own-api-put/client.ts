// writes: none
export const saveName = (preset: Preset, name: string) =>
  fetch(`/api/presets/${preset.id}`, { method: 'PATCH', body: JSON.stringify({ name }) });
