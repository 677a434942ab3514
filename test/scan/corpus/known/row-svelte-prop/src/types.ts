// writes: none
export type Preset = { id: string; name: string; usage_count: number; last_used_at: string | null };
