import type { DriftEvent } from '../../watch/drift-event.ts';
import { type DriftEntry, logDrift } from '../../watch/drift-log.ts';
import type { Move } from '../state/cursor.ts';
import { type State, windowRows } from '../state/state.ts';

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

/** Takes in what came out of step. */
export function addDrift(
  state: State,
  { events, more }: { events: readonly DriftEvent[]; more: number },
): State {
  const { drift } = state;
  const entries = events.reduce<readonly DriftEntry[]>((log, event) => logDrift(log, event), drift.entries);
  const count = events.length + more;
  const total = drift.total + count;
  return readDrift({ ...state, drift: { ...drift, entries, total, unread: drift.unread + count } });
}

/** While the log is on screen nothing in it is unread. */
export function readDrift(state: State): State {
  if (state.screen !== 'drift' || state.drift.unread === 0) return state;
  return { ...state, drift: { ...state.drift, unread: 0 } };
}

/** Where the cursor stands among the entries. */
export function entryCursor({ drift: { entries, selected } }: State): number {
  const found = entries.findIndex(
    ({ preset, kind }) => preset.id === selected?.preset.id && kind === selected.kind,
  );
  return Math.max(0, found);
}

/** The entry under the cursor. */
export function driftAtCursor(state: State): DriftEntry | undefined {
  return state.drift.entries[entryCursor(state)];
}

/** Moves the cursor among the entries; on the first one it stays with the newest. */
export function moveDrift(state: State, move: Move): State {
  const { drift } = state;
  const cursor = entryCursor(state);
  const last = drift.entries.length - 1;
  const wanted =
    'by' in move
      ? cursor + move.by
      : 'page' in move
        ? cursor + move.page * driftRows(state.size)
        : move.to === 'start'
          ? 0
          : last;
  const next = Math.max(0, Math.min(last, wanted));
  if (next === cursor) return state;
  return { ...state, drift: { ...drift, selected: next === 0 ? null : (drift.entries[next] ?? null) } };
}

// The rest is for who was writing, which takes more rows than what happened.
const share = 0.35;

/** How many entries are listed at once. */
export function driftRows(size: State['size']): number {
  return Math.max(3, Math.floor((windowRows(size) + 2) * share));
}
