// writes: none
export const TABLES = {
  PRESETS: 'presets',
  USAGE: 'preset_usage',
} as const;
