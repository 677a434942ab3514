/** The largest batch. */
export interface BatchLimits {
  presets: number;
  records: number;
  /** Bytes of all its records, as text in the receipt. */
  bytes: number;
  /** Bytes of one record. A larger one is never deleted: an undo would have to hold it in memory several times. */
  recordBytes: number;
}

export const usualLimits: BatchLimits = {
  presets: 100,
  records: 4_000,
  bytes: 4 * 1024 * 1024,
  recordBytes: 4 * 1024 * 1024,
};

/** While nobody else writes. The bytes stay: they bound the memory of both sides. */
export const quietLimits: BatchLimits = { ...usualLimits, presets: 2_000, records: 20_000 };

/** Such as `16 MB`. */
export function inMegabytes(bytes: number): string {
  const megabytes = bytes / 1024 / 1024;
  return `${megabytes < 10 ? Math.round(megabytes * 10) / 10 : Math.round(megabytes)} MB`;
}
