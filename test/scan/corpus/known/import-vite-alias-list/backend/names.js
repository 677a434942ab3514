// writes: none
export const columns = { count: 'usage_count' };
export const tables = { presets: 'presets', themes: 'themes' };
