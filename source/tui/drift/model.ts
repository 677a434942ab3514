import type { Quantity } from '../../counter/quantity.ts';
import type { DriftEntry } from '../../watch/drift-log.ts';
import type { SeenRepair } from '../../watch/repaired-drift.ts';

/** The drift log: counts that came out of step while the console watched. */
export interface Drift {
  /** What the drift of rows was after each event, oldest first; only of the last events. */
  changes: readonly DriftAt[];
  /** Newest first. */
  entries: readonly DriftEntry[];
  /** All events, including those without an entry, and those that came since the log was last on screen. */
  total: number;
  unread: number;
  /** The entry under the cursor; null, meaning the newest, until the cursor is moved. */
  selected: Pick<DriftEntry, 'preset' | 'kind'> | null;
  /** When the first counts were read, in milliseconds since 1970 by this machine's clock; null before. */
  since: number | null;
  /** Repairs of other processes that changed counts on screen, newest first; only the last few. */
  repairs: readonly SeenRepair[];
  /** What was read back from --drift-log; null without it, and until it was read. */
  kept: KeptDrift | null;
}

/** The drift of a row after an event; null if the count was no number. Time in milliseconds since 1970 by this machine's clock. */
export interface DriftAt {
  id: string;
  at: number;
  drift: Quantity | null;
}

/** Events of earlier runs, which are in the entries and not in the total. */
export interface KeptDrift {
  events: number;
  /** When the newest of them happened; every entry of this run has a newer one. */
  until: number;
  /** What could not be read back, as a sentence. */
  problem: string | null;
}

export const noDrift: Drift = {
  changes: [],
  entries: [],
  total: 0,
  unread: 0,
  selected: null,
  since: null,
  repairs: [],
  kept: null,
};
