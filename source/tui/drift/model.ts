import type { DriftEntry } from '../../watch/drift-log.ts';

/** What came out of step while the console watched. It is kept in memory alone. */
export interface Drift {
  /** The newest first. */
  entries: readonly DriftEntry[];
  /** How many events there were, those included that the log has no entry of, and how many came since it was looked at. */
  total: number;
  unread: number;
  /** The entry under the cursor; null until the cursor was moved: then it is the newest. */
  selected: Pick<DriftEntry, 'preset' | 'kind'> | null;
  /** When the first look came in, in milliseconds since 1970 by this machine's clock; null before. */
  since: number | null;
}

export const noDrift: Drift = { entries: [], total: 0, unread: 0, selected: null, since: null };
