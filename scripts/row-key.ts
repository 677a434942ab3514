/** Replaces object-hash in the bundle, which ink-table has for the keys of its rows: see build.ts. */
export const sha1 = (row: unknown): string => JSON.stringify(row);
