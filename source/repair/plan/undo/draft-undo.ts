import { type Nouns, rowsOf } from '../../../counter/definition/nouns.ts';
import {
  absolute,
  compareQuantities,
  isSame,
  isZero,
  minus,
  negated,
  plus,
  type Quantity,
} from '../../../counter/quantity.ts';
import { amount } from '../../../format/plurals.ts';
import { type Writable, whyNotWritten } from '../../not-written.ts';
import type { Receipt } from '../../receipts/receipt.ts';
import { compareReceipts } from '../../receipts/receipt-order.ts';
import { type Change, driftOf, type LeftAlone, type Remark } from '../../repair.ts';
import type { CounterState } from '../../sql/counter-state.ts';
import type { RepairTask, UndoStep } from '../task.ts';
import {
  type LeftState,
  type PresetEffect,
  type UndoableChanges,
  undoableChanges,
  undosOf,
  worthOfAway,
} from './undoable-changes.ts';

/** What an undo does and what it leaves alone. */
export interface UndoDraft {
  changes: Change[];
  tasks: RepairTask[];
  left: LeftAlone[];
  recordsToRestore: number;
  remarks: Remark[];
}

/** A later receipt that is in effect for a preset, and whether it has set the time of its last use. */
interface Newer {
  id: string;
  setsLastUsed: boolean;
}

/**
 * Decides what of `own`, the effects of `receipt`, can be undone, given the current `states` of its presets. Reads
 * nothing, and goes through each change of each receipt once.
 */
export function draftUndo(
  receipt: Receipt,
  receipts: readonly Receipt[],
  own: UndoableChanges,
  states: ReadonlyMap<string, CounterState>,
  writable: Writable,
): UndoDraft {
  const newer = touchedSince(receipt, receipts);
  const [one] = writable.tables.definition.nouns.row;
  const draft: UndoDraft = { changes: [], tasks: [], left: [], recordsToRestore: 0, remarks: [] };
  for (const effect of own.presets.values()) {
    const state = states.get(effect.id);
    const { id, name } = { ...effect, ...state };
    const unwritable = state
      ? whyNotWritten(state, writable)
      : { id, name, reason: 'gone' as const, message: `The ${one} no longer exists.` };
    if (!state || unwritable) {
      if (unwritable) draft.left.push(unwritable);
      continue;
    }
    const { left, ...goes } = decide(receipt, effect, state, newer.get(id));
    if (left) draft.left.push({ id, name, ...left });
    if (!goes.state && effect.records.length === 0) continue;
    draft.changes.push(changeOf(state, effect, goes));
    for (const task of tasksOf(effect, name, goes)) draft.tasks.push(task);
  }
  for (const records of own.orphans) {
    const { count } = records;
    draft.tasks.push({
      id: null,
      name: '',
      drift: 0,
      weight: count,
      undo: { records, state: null, lastUsed: null },
    });
    draft.recordsToRestore += count;
  }
  for (const { deletes } of draft.changes) draft.recordsToRestore -= deletes;
  draft.remarks.push(...remarksOn(receipt, draft, writable.tables.definition));
  return draft;
}

/** What of a preset's state is restored besides its records. */
type Goes = Pick<UndoStep, 'state' | 'lastUsed'>;

function decide(
  { head }: Receipt,
  { records, state, drift: expected }: PresetEffect,
  counter: CounterState,
  newer: Newer | undefined,
): Goes & { left: Pick<LeftAlone, 'reason' | 'message'> | null } {
  const drift = driftOf(counter);
  const restored = sum(records);
  const worth = worthOfAway(records);
  const nothing = { state: null, lastUsed: null };
  const lastUsed = state?.lastUsed ?? null;
  if (newer) {
    if (!state) return { ...nothing, left: null };
    return {
      state: null,
      lastUsed: newer.setsLastUsed || restored === 0 ? null : lastUsed,
      left: {
        reason: 'newer',
        message:
          restored > 0
            ? `Its records come back and are counted. ${newer.id} has changed it since: undo that, then this one again, to take back the rest of the ${head.action}.`
            : `${newer.id} has changed it since: undo that first.`,
      },
    };
  }
  const stays = state ? whyStateStays(head.action, state, counter, { drift, expected, worth }) : null;
  if (stays !== null) {
    return {
      state: null,
      lastUsed: restored > 0 ? lastUsed : null,
      left: { reason: 'moved', message: restored > 0 ? `${stays} ${comesBack}` : stays },
    };
  }
  if (isSame(drift, expected)) return { state, lastUsed, left: null };
  return {
    state,
    lastUsed,
    left: { reason: 'moved', message: movedBy(head.action, minus(drift, expected), restored) },
  };
}

const comesBack = 'Its records come back and are counted, but that difference is not restored.';

/** Why the drift that a receipt changed cannot be restored; null if it can, or if there was no such change. */
export function whyStateStays(
  action: string,
  { moved, lowest }: LeftState,
  { count, sums = false }: CounterState,
  { drift, expected, worth }: { drift: Quantity; expected: Quantity; worth: Quantity },
): string | null {
  if (isZero(moved)) return null;
  if (!isSame(drift, expected)) {
    return `Something else has changed it since: the ${action} left a drift of ${expected}, and it is ${drift} now.`;
  }
  const counted = plus(count ?? 0, worth);
  // Amounts may be negative, and so may their sum.
  if (sums || compareQuantities(minus(counted, moved), lowest) >= 0) return null;
  return `Restoring the difference of ${negated(moved)} from before the ${action} would take its count of ${counted} below zero.`;
}

/** Says by how much something else has changed a count whose difference is restored anyway. */
export function movedBy(action: string, by: Quantity, restored: number): string {
  return `Something else has changed it since: compared with its records, its count is ${absolute(by)} ${compareQuantities(by, 0) > 0 ? 'higher' : 'lower'} than the ${action} left it, and stays that way.${restored > 0 ? ' Its records come back and are counted.' : ''}`;
}

/** The receipts that changed a preset after this one and are still in effect. */
function touchedSince(receipt: Receipt, receipts: readonly Receipt[]): Map<string, Newer> {
  const undos = undosOf(receipts);
  const since = new Map<string, Newer>();
  for (const other of receipts) {
    if (other.head.id === receipt.head.id || compareReceipts(other, receipt) < 0) continue;
    if (other.head.action !== 'sync' && other.head.action !== 'reset') continue;
    for (const { id, state } of undoableChanges(other, undos).presets.values()) {
      if (!state) continue;
      const known = since.get(id);
      // The newest comes first, and has to be undone first.
      since.set(id, {
        id: known?.id ?? other.head.id,
        setsLastUsed: state.lastUsed !== null || known?.setsLastUsed === true,
      });
    }
  }
  return since;
}

function changeOf(counter: CounterState, { records }: PresetEffect, { state, lastUsed }: Goes): Change {
  const restored = sum(records);
  const worth = worthOfAway(records);
  const delta = minus(worth, state?.moved ?? 0);
  const after = plus(counter.count ?? 0, delta);
  const back = lastUsed !== null && lastUsed.after === counter.lastUsed;
  return {
    id: counter.id,
    name: counter.name,
    before: counter.count,
    after: state?.wasNull && after === 0 ? null : after,
    delta,
    drift: driftOf(counter),
    records: counter.records,
    deletes: -restored || 0,
    ...(counter.sums && restored > 0 ? { worth: negated(worth) } : {}),
    ...(counter.many === undefined ? {} : { many: counter.many }),
    lastUsedBefore: counter.lastUsed,
    ...(back ? { lastUsedAfter: lastUsed.before } : {}),
  };
}

/**
 * One task for each batch that deleted records of the preset. The rest is restored with the last of them: a count that
 * was too low must not fall below zero before its records are back.
 */
function tasksOf(
  { id, records, drift }: PresetEffect,
  name: string,
  { state, lastUsed }: Goes,
): RepairTask[] {
  if (records.length === 0) return [{ id, name, drift, weight: 0, undo: { records: null, state, lastUsed } }];
  return records.map((away, index) => {
    const last = index === records.length - 1;
    const undo = { records: away, state: last ? state : null, lastUsed: last ? lastUsed : null };
    return { id, name, drift, weight: away.count, undo };
  });
}

function remarksOn({ batches }: Receipt, { changes, tasks, left }: UndoDraft, definition: Nouns): Remark[] {
  const remarks: Remark[] = [];
  const unknown = batches.filter(({ outcome }) => outcome === 'unknown').length;
  if (unknown > 0) {
    remarks.push({
      code: 'outcome-unknown',
      severity: 'warning',
      message: `The server no longer knows the outcome of ${amount(unknown, 'batch', 'batches')} of this receipt; they are left out.`,
    });
  }
  const changed = new Set(changes.map(({ id }) => id));
  const partly = left.filter(({ id }) => id !== null && changed.has(id)).length;
  if (partly > 0) {
    remarks.push({
      code: 'difference-stays',
      severity: 'warning',
      message: `Something has changed ${rowsOf(definition, partly)} since. That stays, and the undo comes on top of it.`,
    });
  }
  if (tasks.length === 0 && left.length === 0) {
    remarks.push({
      code: 'nothing-in-effect',
      severity: 'info',
      message: 'Nothing of this receipt is in effect: it was undone already, or never committed anything.',
    });
  }
  return remarks;
}

function sum(records: PresetEffect['records']): number {
  return records.reduce((total, { count }) => total + count, 0);
}
