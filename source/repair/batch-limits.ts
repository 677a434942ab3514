/** How much goes into one transaction at the most. */
export interface BatchLimits {
  presets: number;
  records: number;
  /** Of all its records, as the receipt keeps them: as text, in bytes. */
  bytes: number;
  /** Of one record. A larger one is never deleted, because it would have to be held in memory several times to come back. */
  recordBytes: number;
}

export const usualLimits: BatchLimits = {
  presets: 100,
  records: 4_000,
  bytes: 4 * 1024 * 1024,
  recordBytes: 4 * 1024 * 1024,
};

/** Such as `16 MB`, for sentences. */
export function inMegabytes(bytes: number): string {
  const megabytes = bytes / 1024 / 1024;
  return `${megabytes < 10 ? Math.round(megabytes * 10) / 10 : Math.round(megabytes)} MB`;
}
