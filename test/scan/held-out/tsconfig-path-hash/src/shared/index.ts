// writes: none
export const plusOne = (row: { usage_count: number | null }) => ({ usage_count: (row.usage_count ?? 0) + 1 });
