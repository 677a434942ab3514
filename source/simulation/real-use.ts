import type { UseResult } from './explain-use.ts';

/** A use that was made and committed, with all that taking it back needs. Times are the server's own text. */
export interface RealUse {
  preset: string;
  /** The keys of the records that it left. */
  records: string[];
  /** The transactions that wrote them (`xmin`), in the same order: a record that was changed since is another one. */
  versions: string[];
  before: number | null;
  after: number | null;
  lastUsedBefore: string | null;
  lastUsedAfter: string | null;
  /** Whether it moved, or is as new as its type can say (a date that is today's); null where there is no such column. */
  lastUsedMoved?: boolean | null | undefined;
}

/** What taking a use back did. */
export interface TakenBack {
  /** Records deleted: fewer than the use left where some were gone already; then nothing was changed. */
  deleted: number;
  before: number | null;
  after: number | null;
}

/** What a use did, in the words of a simulation. */
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
    lastUsedAtMoved: lastUsedAfter === null ? null : (lastUsedMoved ?? lastUsedAfter !== lastUsedBefore),
  };
}
