import type { Finding } from '../counter/finding.ts';
import type { UseIdentity } from './read-identity.ts';
import { explainUser } from './simulation.ts';
import type { AskedIdentity } from './token-claims.ts';
import type { UseResult } from './use-result.ts';
import { doubtsOfIdentity } from './verdict.ts';

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
   * Whether the time of the last use moved, or is already as recent as its type can express (a date that is today's); null if
   * there is no such column.
   */
  lastUsedMoved?: boolean | null | undefined;
  /** The users that the records name. */
  users?: (string | null)[] | undefined;
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

/** What an engineer should know about whose use it was: the user is not proved, or the record names another one. */
export function findingsOfUser(
  { identity, asks }: { identity: UseIdentity; asks: AskedIdentity },
  { users }: RealUse,
): Finding[] {
  return [
    ...doubtsOfIdentity({ identity, asks, failures: [], asRole: null }),
    ...explainUser(identity.user, users ?? []),
  ];
}
