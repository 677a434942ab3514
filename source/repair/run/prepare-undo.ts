import { isSame, minus, negated, type Quantity, sumOf } from '../../counter/quantity.ts';
import type { RepairTask } from '../plan/task.ts';
import { movedBy, whyStateStays } from '../plan/undo/draft-undo.ts';
import type { LeftState } from '../plan/undo/undoable-changes.ts';
import type { PlaceRange, ReceiptChange } from '../receipts/receipt.ts';
import { driftOf, type LeftAlone } from '../repair.ts';
import { readAmounts } from '../sql/amounts.ts';
import { type CounterState, readStates } from '../sql/counter-state.ts';
import type { RecordValues } from '../sql/records/found-records.ts';
import { readDangling } from '../sql/records/read-records.ts';
import { gatherRecords, type StoredRecord } from './gather-records.ts';
import { type BatchRequest, emptyBatch, idsOf, knownState, orderOf, type PreparedBatch } from './prepared.ts';
import { leftNoRecords } from './presence/left-none.ts';
import { countPresentRecords, PresenceTally, whyPresent } from './presence/present-records.ts';
import { readVerdicts } from './presence/records-alike.ts';

/** What one task puts back: its records, without those that refer to a row that is gone. */
interface Going {
  task: RepairTask;
  counter: CounterState | null;
  records: StoredRecord[];
  /** What they add to the count. */
  worth: Quantity;
  /** How many records cannot go back, and the table that lacks what they refer to. */
  lost: number;
  lostTable: string | null;
  /** True if these are not all of its records. */
  inParts: boolean;
  /** The rest of the task for a later batch; null if this is the last. */
  rest: RepairTask | null;
}

/** Puts back the records whose references still exist, unchanged, and restores the drift there was. */
export async function prepareUndo(asked: BatchRequest): Promise<PreparedBatch> {
  const { reader, plan, tasks } = asked;
  const { tables } = plan.inspected;
  const { receipt, facts, into } = plan;
  const prepared = emptyBatch();
  if (!receipt) return prepared;
  const counters = await readStates(reader, tables, idsOf(tasks));
  const open = tasks.flatMap(task => {
    const counter = task.id === null ? null : knownState(counters.get(task.id), task, plan, prepared.left);
    return task.id !== null && !counter ? [] : [{ task, counter }];
  });
  const parts = await gatherRecords(
    asked,
    open.map(({ task }) => task),
  );
  const all = open.flatMap(({ task, counter }): Going[] => {
    const { records, rest } = parts.get(task) ?? { records: [], rest: null };
    // The other tasks have left no room for it.
    if (rest && records.length === 0) {
      addRest(prepared, rest);
      return [];
    }
    const inParts = rest !== null || task.undo?.records?.from !== undefined;
    return [
      {
        task: rest ? recordsAlone(task) : task,
        counter,
        records,
        worth: 0,
        lost: 0,
        lostTable: null,
        inParts,
        rest,
      },
    ];
  });
  const places = facts.recordColumns.map(({ quoted }) => into.indexOf(quoted));
  const inOrder = ({ values }: StoredRecord) => places.map(place => values[place] ?? null);
  const going = await withoutThere(asked, all, inOrder, prepared.left);
  for (const { rest } of going) if (rest) addRest(prepared, rest);
  const inserts = going.flatMap(({ records }) => records.map(inOrder));
  const dangling =
    inserts.length > 0 ? await readDangling(reader, facts, inserts) : new Map<number, string>();
  prepared.order.inserts = inserts.filter((_, index) => !dangling.has(index));
  const amounts = await readAmounts(reader, tables, facts, inserts);
  let seen = 0;
  for (const part of going) {
    const from = seen;
    seen += part.records.length;
    const whole = part.records.length;
    const own = amounts.slice(from, seen);
    part.records = part.records.filter((_, index) => {
      const table = dangling.get(from + index);
      part.lostTable ??= table ?? null;
      return table === undefined;
    });
    part.lost = whole - part.records.length;
    part.worth = tables.records.sums
      ? sumOf(own.filter((_, index) => !dangling.has(from + index)))
      : part.records.length;
    putBack(prepared, receipt.head.action, part, tables.records.sums);
  }
  return prepared;
}

/** A task that is not finished with this batch: what goes back besides records comes with the last of them. */
function recordsAlone(task: RepairTask): RepairTask {
  return task.undo ? { ...task, undo: { ...task.undo, state: null, lastUsed: null } } : task;
}

function addRest(prepared: PreparedBatch, rest: RepairTask): void {
  prepared.rest.push(rest);
  prepared.otherwise.push(rest);
}

/**
 * Drops the tasks whose records are already in the table, as seen by the transaction that writes: another console may
 * have put them back since the plan was made. With a unique index the server itself refuses duplicates.
 */
async function withoutThere(
  asked: BatchRequest,
  all: Going[],
  inOrder: (record: StoredRecord) => RecordValues,
  left: LeftAlone[],
): Promise<Going[]> {
  const { reader, plan, written = [] } = asked;
  const { inspected, facts, evidence, receipt } = plan;
  const column = evidence?.column ?? null;
  if (column === null) return withoutAlike(asked, all, left);
  if (column.unique) return all;
  const wanted = all.flatMap(({ records }) => records.map(inOrder));
  const but = [...(evidence?.putBack ?? []), ...written];
  const counts = await countPresentRecords(reader, inspected.tables, facts, column, wanted, but);
  let seen = 0;
  return all.filter(({ task, records }) => {
    const tally = new PresenceTally(receipt !== null && leftNoRecords(receipt, task.id));
    for (let n = 0; n < records.length; n += 1, seen += 1) tally.add(wanted[seen] ?? [], counts[seen] ?? 0);
    const why = whyPresent(tally.result());
    if (why) left.push({ id: task.id, name: nameOf(task), ...why });
    return why === null;
  });
}

/** The same if records look alike. */
async function withoutAlike(
  { reader, plan: { inspected, evidence }, written = [] }: BatchRequest,
  all: Going[],
  left: LeftAlone[],
): Promise<Going[]> {
  const alike = evidence?.alike ?? null;
  const ids = all.flatMap(({ task, records }) => (records.length > 0 ? [task.id] : []));
  if (alike === null || alike.anyway || ids.length === 0) return all;
  const read = await readVerdicts(reader, inspected.tables, alike, ids, written);
  const verdicts = new Map(ids.map((id, place) => [id, read[place] ?? null]));
  return all.filter(({ task, records }) => {
    const verdict = records.length > 0 ? (verdicts.get(task.id) ?? null) : null;
    if (verdict === null || verdict === 'some') return true;
    left.push({ id: task.id, name: nameOf(task), ...verdict });
    return false;
  });
}

function nameOf({ id, name }: RepairTask): string {
  return id === null ? 'Records of no preset' : name;
}

/** Adds what one task restores to the batch. */
function putBack(
  prepared: PreparedBatch,
  action: string,
  { task, counter, records, worth, lost, lostTable, inParts }: Going,
  sums: boolean,
): void {
  const { records: away = null, lastUsed = null } = task.undo ?? {};
  const back = records.length;
  const { state, why } = stateOf(task, counter, action, { back, worth });
  const missing =
    lost > 0
      ? `${lost} of its ${lost + back} records cannot be put back: what they refer to in ${lostTable} is gone. The others come back.`
      : null;
  if (missing !== null || why !== null) {
    prepared.left.push({
      id: task.id,
      name: nameOf(task),
      reason: missing === null ? 'moved' : 'reference',
      message: [missing, why].filter(words => words !== null).join(' '),
    });
  }
  if (back === 0 && !state) return;
  const times = lastUsed !== null && lastUsed.after === counter?.lastUsed;
  const count = counter?.count ?? null;
  const change: ReceiptChange = {
    id: task.id,
    name: counter?.name ?? '',
    before: count,
    delta: counter ? minus(worth, state?.moved ?? 0) : 0,
    drift: counter ? driftOf(counter) : 0,
    deletes: -back || 0,
    ...(sums && back > 0 ? { worth: negated(worth) } : {}),
    lastUsedBefore: counter?.lastUsed ?? null,
    ...(times ? { lastUsedAfter: lastUsed.before } : {}),
    ...(away && back > 0 ? { of: away.batch.batch } : {}),
    part: back === 0 ? 'state' : state ? 'all' : 'records',
    // Which records: the others may come back once what they refer to exists again.
    ...(away && back > 0 && (lost > 0 || inParts || away.back.length > 0)
      ? { places: rangesOf(records.map(({ place }) => place)) }
      : {}),
  };
  prepared.changes.push(change);
  if (task.id === null) return;
  prepared.order.rows.push({
    ...orderOf({ ...change, id: task.id, adds: counter?.missing === true }),
    nullIfZero: state?.wasNull === true,
  });
}

/** What is restored besides the records, and why it is not, or what differs from what the receipt left. */
function stateOf(
  { drift: expected, undo }: RepairTask,
  counter: CounterState | null,
  action: string,
  { back, worth }: { back: number; worth: Quantity },
): { state: LeftState | null; why: string | null } {
  if (!undo?.state || !counter) return { state: null, why: null };
  const { state } = undo;
  const drift = driftOf(counter);
  const why = whyStateStays(action, state, counter, { drift, expected, worth });
  if (why !== null) return { state: null, why };
  return { state, why: isSame(drift, expected) ? null : movedBy(action, minus(drift, expected), back) };
}

/** Ascending places as ranges of consecutive ones. */
function rangesOf(places: readonly number[]): PlaceRange[] {
  const ranges: PlaceRange[] = [];
  for (const place of places) {
    const last = ranges.at(-1);
    if (last && last[1] === place - 1) last[1] = place;
    else ranges.push([place, place]);
  }
  return ranges;
}
