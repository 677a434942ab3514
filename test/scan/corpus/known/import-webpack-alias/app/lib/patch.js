// writes: none
export const patchOf = n => ({ usage_count: n });
