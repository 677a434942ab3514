// writes: none
export const PRESETS = 'draft_presets';
export const USES = 'usage_count';
