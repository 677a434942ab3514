// writes: none
export const Tables = { presets: 'presets', usage: 'preset_usage' } as const;
export const USES = 'usage_count';
