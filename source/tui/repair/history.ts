import type { HistoryEntry } from '../../repair/history-entry.ts';
import { whyNotWrite } from '../keys/write-guard.ts';
import { watchesPresets } from '../state/counter.ts';
import type { State } from '../state/model.ts';
import { type Move, moved } from '../state/move.ts';
import { titledRows } from '../state/selectors.ts';
import { watchedId } from '../state/watch-counter.ts';
import type { HistoryStep } from './history-model.ts';
import { isRepairing } from './model.ts';

/** The operation under the cursor. */
export function entryAtCursor({ history }: State): HistoryEntry | undefined {
  return history?.entries[history.cursor];
}

/** Why the operation under the cursor cannot be taken back; null if it can. */
export function whyNotTakeBack(state: State): string | null {
  const entry = entryAtCursor(state);
  if (!entry) return 'Nothing to undo.';
  if (state.readOnly) return 'Started with --read-only: nothing is written.';
  if (isRepairing(state)) return 'A repair is running already.';
  const cannot = whyNotWrite(state);
  if (cannot !== null) return cannot;
  if (entry.action === 'undo') return 'An undo cannot be taken back: sync or reset again instead.';
  if (entry.action === 'migrate') return 'A migration cannot be taken back from here.';
  const elsewhere = 'That was done in a different database.';
  const whose = otherCounter(entry, state);
  // Only one of the open counter is known to be of the same server too.
  const name = state.inspected?.server.database;
  if (whose !== null && name !== undefined && !entry.database.startsWith(`${name} at `)) return elsewhere;
  if (whose !== null) return `That is of ${whose}: press C to open that counter first.`;
  if (!entry.here) return elsewhere;
  if (entry.undone) return 'It has been taken back already.';
  // If it was killed right after a commit, its receipt does not list the changes yet.
  const nothing = entry.changed === 0 && entry.deleted === 0 && entry.ended !== 'unfinished';
  return nothing ? 'It changed nothing.' : null;
}

/** The counter that a repair is of, if it is not the one that is open. */
export function otherCounter({ counter }: HistoryEntry, state: State): string | null {
  const open = watchesPresets(state) ? null : watchedId(state);
  if (counter === open) return null;
  return counter ?? 'presets';
}

/** Takes in the receipts; the cursor stays on its operation. */
export function reduceHistory(state: State, step: HistoryStep): State {
  if (step.kind === 'failed') {
    return { ...state, history: { entries: [], damaged: [], cursor: 0, error: step.error } };
  }
  const { entries, damaged, error } = step;
  const id = entryAtCursor(state)?.id;
  const cursor = Math.max(
    0,
    entries.findIndex(entry => entry.id === id),
  );
  return { ...state, history: { entries, damaged, cursor, error } };
}

/** Moves the cursor among the operations. */
export function moveEntry(state: State, move: Move): State {
  const { history } = state;
  if (!history) return state;
  const last = history.entries.length - 1;
  const cursor = moved(history.cursor, move, { page: entryRows(state.size), last });
  return cursor === history.cursor ? state : { ...state, history: { ...history, cursor } };
}

/** Rows for the titles above the operations and the details of one below them. */
const frame = 9;

/** How many operations fit on the screen. */
export function entryRows(size: State['size']): number {
  return Math.max(1, titledRows(size) - frame);
}
