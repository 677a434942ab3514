// writes: none
export const track = (posthog, preset) =>
  posthog.capture('preset_used', { preset_id: preset.id, usage_count: preset.usage_count + 1 });
