import {
  type CounterState,
  type RecordValues,
  readDangling,
  readOwners,
  readStates,
} from '../database/repair-state.ts';
import type { ConsoleError } from '../errors.ts';
import { damaged } from '../receipts/damaged.ts';
import { recordsFile } from '../receipts/places.ts';
import type { PlaceRange, Receipt, ReceiptChange } from '../receipts/receipt.ts';
import { readRecords, valuesOf } from '../receipts/stored-records.ts';
import { movedBy, whyStateStays } from './draft-undo.ts';
import type { AwayRecords, LeftState } from './effective.ts';
import { type Asked, found, idsOf, nothing, orderOf, type Prepared } from './prepared.ts';
import type { Task } from './repair-task.ts';

/** A record of the receipt, and its place among those that its batch stored. */
interface StoredRecord {
  place: number;
  values: RecordValues;
}

/** What goes back of one task: its records, without those that name what is gone. */
interface Going {
  task: Task;
  counter: CounterState | null;
  records: StoredRecord[];
  /** How many could not go, and the table of what they name. */
  lost: number;
  lostTable: string | null;
}

/** Puts records back as they were, those that still have everything they refer to, and the differences there were. */
export async function prepareUndo({ reader, plan, tasks }: Asked): Promise<Prepared> {
  const { tables } = plan.look;
  const { receipt, facts, into } = plan;
  const prepared = nothing();
  if (!receipt) return prepared;
  const stored = await readStored(receipt, tasks);
  const presetPlace = into.indexOf(tables.records.preset);
  const ids = idsOf(tasks);
  const counters = await readStates(reader, tables, ids);
  const named = new Set<string>();
  for (const { id, undo } of tasks) {
    if (id === null) continue;
    for (const values of stored.get(undo?.records?.batch.batch ?? 0) ?? []) {
      const preset = values[presetPlace] ?? null;
      if (preset !== null) named.add(preset);
    }
  }
  const owners =
    named.size > 0 ? await readOwners(reader, tables, ids, [...named]) : new Map<string, string>();
  const going: Going[] = [];
  for (const task of tasks) {
    const counter = task.id === null ? null : found(counters.get(task.id), task, prepared.left);
    if (task.id !== null && !counter) continue;
    const records = recordsOf(task, stored, presetPlace, owners);
    // Half of them with the whole count would be worse than none.
    const away = task.undo?.records;
    if (away && records.length !== away.count) throw incomplete(receipt, task, away, records.length);
    going.push({ task, counter, records, lost: 0, lostTable: null });
  }
  const places = facts.recordColumns.map(({ quoted }) => into.indexOf(quoted));
  const inserts = going.flatMap(({ records }) =>
    records.map(({ values }) => places.map(place => values[place] ?? null)),
  );
  const dangling =
    inserts.length > 0 ? await readDangling(reader, facts, inserts) : new Map<number, string>();
  prepared.order.inserts = inserts.filter((_, index) => !dangling.has(index));
  let seen = 0;
  for (const part of going) {
    const from = seen;
    seen += part.records.length;
    const whole = part.records.length;
    part.records = part.records.filter((_, index) => {
      const table = dangling.get(from + index);
      part.lostTable ??= table ?? null;
      return table === undefined;
    });
    part.lost = whole - part.records.length;
    putBack(prepared, receipt.head.action, part);
  }
  return prepared;
}

/** Adds what one task gives back to the batch. */
function putBack(
  prepared: Prepared,
  action: string,
  { task, counter, records, lost, lostTable }: Going,
): void {
  const { records: away = null, lastUsed = null } = task.undo ?? {};
  const back = records.length;
  const { state, why } = stateOf(task, counter, action, back);
  const missing =
    lost > 0
      ? `${lost} of its ${lost + back} records cannot be put back: what they name in ${lostTable} is gone. The others are.`
      : null;
  if (missing !== null || why !== null) {
    prepared.left.push({
      id: task.id,
      name: task.id === null ? 'Records of no preset' : task.name,
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
    delta: counter ? back - (state?.moved ?? 0) : 0,
    drift: counter ? (count ?? 0) - counter.records : 0,
    deletes: -back || 0,
    lastUsedBefore: counter?.lastUsed ?? null,
    ...(times ? { lastUsedAfter: lastUsed.before } : {}),
    ...(away && back > 0 ? { of: away.batch.batch } : {}),
    part: back === 0 ? 'state' : state ? 'all' : 'records',
    // Which ones: the others may come back once what they name is there again.
    ...(away && back > 0 && (lost > 0 || away.back.length > 0)
      ? { places: rangesOf(records.map(({ place }) => place)) }
      : {}),
  };
  prepared.changes.push(change);
  if (task.id === null) return;
  prepared.order.rows.push({ ...orderOf({ ...change, id: task.id }), nullIfZero: state?.wasNull === true });
}

/** What goes back beside the records, and why it does not or what is not as the receipt left it. */
function stateOf(
  { drift: expected, undo }: Task,
  counter: CounterState | null,
  action: string,
  restored: number,
): { state: LeftState | null; why: string | null } {
  if (!undo?.state || !counter) return { state: null, why: null };
  const { state } = undo;
  const drift = (counter.count ?? 0) - counter.records;
  const why = whyStateStays(action, state, counter, { drift, expected, restored });
  if (why !== null) return { state: null, why };
  return { state, why: drift === expected ? null : movedBy(action, drift - expected, restored) };
}

/** Ascending places as ranges of those that follow each other. */
export function rangesOf(places: readonly number[]): PlaceRange[] {
  const ranges: PlaceRange[] = [];
  for (const place of places) {
    const last = ranges.at(-1);
    if (last && last[1] === place - 1) last[1] = place;
    else ranges.push([place, place]);
  }
  return ranges;
}

/** The stored records of each batch that these tasks take records from. */
async function readStored(receipt: Receipt, tasks: readonly Task[]): Promise<Map<number, RecordValues[]>> {
  const stored = new Map<number, RecordValues[]>();
  for (const { undo } of tasks) {
    const batch = undo?.records?.batch;
    if (!batch?.records || stored.has(batch.batch)) continue;
    const lines = await readRecords(receipt, batch);
    stored.set(
      batch.batch,
      lines.map(line => valuesOf(receipt, line)),
    );
  }
  return stored;
}

/** Those of a task's records that are still away. */
function recordsOf(
  { id, undo }: Task,
  stored: ReadonlyMap<number, RecordValues[]>,
  presetPlace: number,
  owners: ReadonlyMap<string, string>,
): StoredRecord[] {
  if (!undo?.records) return [];
  const { batch, back } = undo.records;
  const own = new Set(batch.changes.map(change => change.id));
  const isMine = (preset: string | null) =>
    id === null ? preset === null || !own.has(preset) : preset !== null && owners.get(preset) === id;
  const mine: StoredRecord[] = [];
  for (const [place, values] of (stored.get(batch.batch) ?? []).entries()) {
    if (!isMine(values[presetPlace] ?? null)) continue;
    if (!back.some(([first, last]) => first <= place && place <= last)) mine.push({ place, values });
  }
  return mine;
}

function incomplete(
  receipt: Receipt,
  { name }: Task,
  { batch, count }: AwayRecords,
  there: number,
): ConsoleError {
  return damaged(
    recordsFile(receipt.file),
    `batch ${batch.batch} deleted ${count} records of "${name}" that are not back yet, and ${there} are there`,
  );
}
