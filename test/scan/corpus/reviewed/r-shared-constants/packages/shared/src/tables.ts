// writes: none
export const TABLES = { PRESETS: 'presets', USAGE: 'preset_usage' } as const
export const COLUMNS = { USAGE_COUNT: 'usage_count' } as const
