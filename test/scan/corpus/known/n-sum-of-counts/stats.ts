// writes: none
export function totalUses(presets: Preset[]) {
  let usage_count = 0;
  for (const preset of presets) usage_count += preset.usage_count;
  return { usage_count };
}
