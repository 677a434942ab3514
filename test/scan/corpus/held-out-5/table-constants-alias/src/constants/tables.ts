// writes: none
export const TABLES = {
  PRESETS: 'presets',
  PRESET_USAGE: 'preset_usage',
  PROFILES: 'profiles',
} as const;

export const PAGE_SIZE = 24;
