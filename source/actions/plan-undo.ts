import { type Change, type LeftAlone, notANumber, type Remark } from '../audit/repair.ts';
import type { Database } from '../database/connection.ts';
import type { RepairFacts } from '../database/repair-facts.ts';
import type { CounterState } from '../database/repair-state.ts';
import { usageError } from '../errors.ts';
import { listReceipts } from '../receipts/list-receipts.ts';
import { readReceipt } from '../receipts/read-receipt.ts';
import type { Receipt } from '../receipts/receipt.ts';
import { driftTakenBack, type Effect, effectsOf, recordsOfNone } from './effective.ts';
import { refused } from './guards.ts';
import type { Look } from './look.ts';
import type { Draft } from './plan-repair.ts';
import { statesOf } from './plan-sync.ts';
import type { RepairRequest } from './repair-plan.ts';
import type { Task } from './repair-task.ts';
import { settled } from './settle.ts';

/**
 * Finds what of a receipt can be taken back: every change that is still in effect, of presets that nothing but correct uses
 * has changed since. Rejects (exit code 2) where there is no such receipt or nothing that an undo could take back, and (4)
 * where it is of another database.
 */
export async function planUndo(
  database: Database,
  { tables }: Look,
  _facts: RepairFacts,
  request: RepairRequest,
  identity: string,
  signal?: AbortSignal,
): Promise<Draft> {
  const { receipt, receipts } = await readSettled(database, tables, request, identity, signal);
  const effects = effectsOf(receipt, receipts);
  const byPreset = Map.groupBy(
    effects.filter(({ change }) => change !== null),
    ({ change }) => change?.id ?? '',
  );
  const states = new Map(
    (await statesOf(database, tables, [...byPreset.keys()], false, signal)).map(state => [state.id, state]),
  );
  const newer = touchedSince(receipt, receipts);
  const left: LeftAlone[] = [];
  const changes: Change[] = [];
  const tasks: Task[] = [];
  for (const [id, own] of byPreset) {
    const state = states.get(id);
    const name = state?.name ?? own[0]?.change?.name ?? '';
    const expected = expectedDrift(receipt, receipts, id);
    const why = whyNot(state, expected, newer.get(id), receipt);
    if (why || !state) {
      left.push({ id, name, ...(why ?? { reason: 'gone', message: 'It is gone.' }) });
      continue;
    }
    changes.push(undoChange(state, own));
    tasks.push(...tasksOf(id, name, own, expected));
  }
  const orphans = effects.filter(({ change }) => change === null);
  for (const effect of orphans) {
    tasks.push({ id: null, name: '', drift: 0, weight: recordsOfNone(effect.batch), undo: effect });
  }
  const recordsToRestore =
    changes.reduce((sum, { deletes }) => sum - deletes, 0) +
    orphans.reduce((sum, { batch }) => sum + recordsOfNone(batch), 0);
  return {
    changes,
    tasks,
    recordsToDelete: 0,
    recordsToRestore,
    remarks: remarksOn(receipt, effects),
    left,
    method: null,
    holds: [receipt.head.id, changes.map(({ id, delta }) => [id, delta]), left.map(({ id }) => id)],
    maySetLastUsed: effects.some(({ change }) => change?.lastUsedAfter !== undefined),
    receipt,
  };
}

async function readSettled(
  database: Database,
  tables: Look['tables'],
  { directory, receipt: wanted, claimed = false }: RepairRequest,
  identity: string,
  signal: AbortSignal | undefined,
): Promise<{ receipt: Receipt; receipts: Receipt[] }> {
  const found = await readReceipt(directory, wanted ?? '');
  const { head } = found;
  if (head.action !== 'sync' && head.action !== 'reset') {
    throw usageError(
      'not-undoable',
      `${head.id} is ${head.action === 'undo' ? 'an undo itself' : 'a migration'}, which is not taken back.`,
      head.action === 'undo'
        ? 'Run the sync or the reset again: it plans what is needed now.'
        : 'The receipt holds what was replaced, as SQL.',
    );
  }
  if (head.identity !== identity) {
    throw refused(
      'other-database',
      `${head.id} was written for another database: ${head.database.name} at ${head.database.host}.`,
      'Name that database with --database-url.',
    );
  }
  const all = await listReceipts(directory);
  const receipts: Receipt[] = [];
  for (const receipt of all.receipts.filter(candidate => candidate.head.identity === identity)) {
    receipts.push(
      receipt.head.id === head.id ? receipt : await settled(database, tables, receipt, signal, claimed),
    );
  }
  return { receipt: await settled(database, tables, found, signal, claimed), receipts };
}

/** What the drift of a preset has to be now, if only correct uses have come since. */
function expectedDrift(receipt: Receipt, receipts: readonly Receipt[], id: string): number {
  const last = receipt.batches
    .filter(({ outcome }) => outcome === 'committed')
    .flatMap(({ changes }) => changes)
    .findLast(change => change.id === id);
  if (!last) return 0;
  return last.drift + last.delta + last.deletes + driftTakenBack(receipt, receipts, id);
}

/** The receipts that changed a preset after this one did, and are still in effect. */
function touchedSince(receipt: Receipt, receipts: readonly Receipt[]): Map<string, string> {
  const since = new Map<string, string>();
  for (const other of receipts) {
    if (other.head.at <= receipt.head.at || other.head.id === receipt.head.id) continue;
    if (other.head.action !== 'sync' && other.head.action !== 'reset') continue;
    for (const { change } of effectsOf(other, receipts)) if (change) since.set(change.id, other.head.id);
  }
  return since;
}

function whyNot(
  state: CounterState | undefined,
  expected: number,
  newer: string | undefined,
  { head }: Receipt,
): Pick<LeftAlone, 'reason' | 'message'> | null {
  if (!state) return { reason: 'gone', message: 'The preset is not there any more.' };
  if (state.exact !== null) return notANumber(state);
  if (newer !== undefined) {
    return { reason: 'newer', message: `${newer} has changed it since: take that back first.` };
  }
  const drift = (state.count ?? 0) - state.records;
  if (drift === expected) return null;
  return {
    reason: 'moved',
    message: `Something else has changed it since: the ${head.action} left a drift of ${expected}, and it is ${drift} now.`,
  };
}

function undoChange(state: CounterState, effects: readonly Effect[]): Change {
  const delta = effects.reduce((sum, { change }) => sum - (change?.delta ?? 0), 0);
  const restored = effects.reduce((sum, { change }) => sum + (change?.deletes ?? 0), 0);
  const times = effects.flatMap(({ change }) => (change?.lastUsedAfter === undefined ? [] : [change]));
  const [latest] = times;
  const wasNull = effects.some(({ change }) => change?.before === null);
  const back = latest !== undefined && latest.lastUsedAfter === state.lastUsed;
  return {
    id: state.id,
    name: state.name,
    before: state.count,
    after: wasNull && (state.count ?? 0) + delta === 0 ? null : (state.count ?? 0) + delta,
    delta,
    drift: (state.count ?? 0) - state.records,
    records: state.records,
    deletes: restored === 0 ? 0 : -restored,
    lastUsedBefore: state.lastUsed,
    ...(back ? { lastUsedAfter: times.at(-1)?.lastUsedBefore ?? null } : {}),
  };
}

/**
 * One task for each batch that changed the preset, each beginning with the drift that the one before has left. Those that
 * give most back come first: where records cannot be put back, the count must not fall below zero on the way.
 */
function tasksOf(id: string, name: string, effects: readonly Effect[], expected: number): Task[] {
  let drift = expected;
  const order = effects.toSorted((a, b) => (a.change?.delta ?? 0) - (b.change?.delta ?? 0));
  return order.map(effect => {
    const task: Task = { id, name, drift, weight: effect.change?.deletes ?? 0, undo: effect };
    drift -= (effect.change?.delta ?? 0) + (effect.change?.deletes ?? 0);
    return task;
  });
}

function remarksOn(receipt: Receipt, effects: readonly Effect[]): Remark[] {
  const remarks: Remark[] = [];
  const unknown = receipt.batches.filter(({ outcome }) => outcome === 'unknown');
  if (unknown.length > 0) {
    remarks.push({
      code: 'outcome-unknown',
      severity: 'warning',
      message: `The server does not remember what became of ${unknown.length} ${unknown.length === 1 ? 'batch' : 'batches'} of this receipt; they are left out.`,
    });
  }
  if (effects.length === 0) {
    remarks.push({
      code: 'nothing-in-effect',
      severity: 'info',
      message:
        'Nothing of this receipt is in effect: it was taken back already, or never committed anything.',
    });
  }
  return remarks;
}
