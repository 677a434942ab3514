import { type DriftEvent, driftAfter } from '../../watch/drift-event.ts';
import { type DriftEntry, logDrift } from '../../watch/drift-log.ts';
import type { SeenRepair } from '../../watch/repaired-drift.ts';
import type { State } from '../state/model.ts';
import { type Move, moved } from '../state/move.ts';
import { titledRows } from '../state/selectors.ts';
import type { DriftAt } from './model.ts';

/** Adds events to the drift log. */
export function addDrift(
  state: State,
  {
    events,
    more,
    repairs = [],
  }: { events: readonly DriftEvent[]; more: number; repairs?: readonly SeenRepair[] },
): State {
  const { drift } = state;
  const entries = logged(drift.entries, events);
  const count = events.length + more;
  const total = drift.total + count;
  const seen = repairs.reduce(addRepair, drift.repairs);
  return readDrift({
    ...state,
    drift: {
      ...drift,
      changes: withChanges(drift.changes, events),
      entries,
      total,
      unread: drift.unread + count,
      repairs: seen,
    },
  });
}

const logged = (log: readonly DriftEntry[], events: readonly DriftEvent[]) =>
  events.reduce((entries, event) => logDrift(entries, event), log);

// As many as are read back from a file.
const mostChanges = 1_000;

function withChanges(known: readonly DriftAt[], events: readonly DriftEvent[]): readonly DriftAt[] {
  const changes = events.map(({ preset, at, change }) => ({ id: preset.id, at, drift: driftAfter(change) }));
  return [...known, ...changes].slice(-mostChanges);
}

/** Adds events of earlier runs to a log that is still empty. */
export function addKeptDrift(
  state: State,
  { events, problem }: { events: readonly DriftEvent[]; problem: string | null },
): State {
  const kept = { events: events.length, until: events.at(-1)?.at ?? Number.NEGATIVE_INFINITY, problem };
  const { drift } = state;
  const changes = withChanges(drift.changes, events);
  return { ...state, drift: { ...drift, changes, entries: logged(drift.entries, events), kept } };
}

/** The entries with an event of this run. */
export function newEntries({ entries, kept }: State['drift']): readonly DriftEntry[] {
  return kept === null ? entries : entries.filter(({ last }) => last.at > kept.until);
}

// Older ones are in the history.
const mostRepairs = 5;

/** Adds what another read saw of a repair; the newest repair comes first. */
function addRepair(known: readonly SeenRepair[], repair: SeenRepair): readonly SeenRepair[] {
  const before = known.find(({ receipt }) => receipt === repair.receipt);
  const all = { ...repair, presets: repair.presets + (before?.presets ?? 0) };
  return [all, ...known.filter(other => other !== before)].slice(0, mostRepairs);
}

/** Marks the log as read while it is on screen. */
export function readDrift(state: State): State {
  if (state.screen !== 'drift' || state.drift.unread === 0) return state;
  return { ...state, drift: { ...state.drift, unread: 0 } };
}

/** The index of the entry under the cursor. */
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

/** Moves the cursor among the entries; on the first one it follows the newest. */
export function moveDrift(state: State, move: Move): State {
  const { drift } = state;
  const cursor = entryCursor(state);
  const last = drift.entries.length - 1;
  const next = moved(cursor, move, { page: driftRows(state.size), last });
  if (next === cursor) return state;
  return { ...state, drift: { ...drift, selected: next === 0 ? null : (drift.entries[next] ?? null) } };
}

// The rest shows who was writing, which needs more rows.
const share = 0.35;

/** How many entries fit on the screen. */
export function driftRows(size: State['size']): number {
  return Math.max(3, Math.floor(titledRows(size) * share));
}
