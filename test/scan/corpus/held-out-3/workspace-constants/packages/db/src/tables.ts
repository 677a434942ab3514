// writes: none
export const Tables = {
  Preset: 'presets',
  PresetUsage: 'preset_usage',
  Profile: 'profiles',
} as const;
