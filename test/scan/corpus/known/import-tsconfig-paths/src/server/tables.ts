// writes: none
export const TABLES = { looks: 'presets' } as const;
