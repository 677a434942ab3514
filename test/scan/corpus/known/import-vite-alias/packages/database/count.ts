// writes: none
export const counted = (n: number) => ({ usage_count: n });
