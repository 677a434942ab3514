// writes: none
export interface Counted {
  usage_count: number | null;
}

export const withOneMoreUse = (row: Counted) => ({
  usage_count: (row.usage_count ?? 0) + 1,
  last_used_at: new Date().toISOString(),
});
