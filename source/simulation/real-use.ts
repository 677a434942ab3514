import type { UseResult } from './use-result.ts';

/** A use that was made and committed, with everything needed to take it back. Times are the server's own text. */
export interface RealUse {
  preset: string;
  /** The keys of the records that it left. */
  records: string[];
  /** The transactions that wrote them (`xmin`), in the same order: a record changed since has another one. */
  versions: string[];
  before: number | null;
  after: number | null;
  lastUsedBefore: string | null;
  lastUsedAfter: string | null;
  /**
   * Whether `last_used_at` moved, or is already as recent as its type can express (a date that is today's); null if
   * there is no such column.
   */
  lastUsedMoved?: boolean | null | undefined;
}

/** The result of taking a use back. */
export interface TakenBack {
  /** Records deleted. If some were already gone, nothing was changed and this is 0. */
  deleted: number;
  before: number | null;
  after: number | null;
}

/** The result of a real use, in the form of a simulated one. */
export function resultOf({
  before,
  after,
  records,
  lastUsedBefore,
  lastUsedAfter,
  lastUsedMoved,
}: RealUse): UseResult {
  return {
    before,
    after,
    increment: (after ?? 0) - (before ?? 0),
    recordsAdded: records.length,
    recordsUpdated: null,
    lastUsedAtMoved: lastUsedAfter === null ? null : (lastUsedMoved ?? lastUsedAfter !== lastUsedBefore),
  };
}
