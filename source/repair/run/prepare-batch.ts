import { negated, plus, sumOf } from '../../counter/quantity.ts';
import { leftForSize } from '../left-for-size.ts';
import { whyNotPutBack } from '../not-written.ts';
import { numberOf, resetChange } from '../plan/reset.ts';
import { syncChange } from '../plan/sync.ts';
import type { RepairTask } from '../plan/task.ts';
import type { ReceiptChange } from '../receipts/receipt.ts';
import { deletesRecords } from '../repair.ts';
import { readAmounts } from '../sql/amounts.ts';
import { readOverLimit } from '../sql/count-limits.ts';
import { type CounterState, readStates } from '../sql/counter-state.ts';
import { type FoundRecords, type RecordValues, valuesIn } from '../sql/records/found-records.ts';
import {
  readOrphans,
  readWithAllRecords,
  readWithRecords,
  type StateWithRecords,
} from '../sql/records/read-records.ts';
import { prepareUndo } from './prepare-undo.ts';
import {
  type BatchRequest,
  emptyBatch,
  idsOf,
  orderOf,
  type PreparedBatch,
  plannedState,
} from './prepared.ts';

/**
 * Reads the counters of a batch in one snapshot and decides how each changes. A preset whose drift is not the planned
 * one is left alone: something other than correct uses has written it.
 */
export function prepareBatch(asked: BatchRequest): Promise<PreparedBatch> {
  if (asked.plan.action === 'undo') return prepareUndo(asked);
  if (deletesRecords(asked.plan)) return prepareDeletion(asked);
  return prepareCounts(asked);
}

async function prepareCounts({ reader, plan, tasks }: BatchRequest): Promise<PreparedBatch> {
  const { tables } = plan.inspected;
  const times = plan.action === 'sync' && plan.options.lastUsed && tables.records.time !== null;
  const states = await readStates(reader, tables, idsOf(tasks), times);
  const clears = tables.written.touched !== null && plan.facts.lastUsedNullable;
  const prepared = emptyBatch();
  for (const task of tasks) {
    const state = plannedState(states.get(task.id ?? ''), task, plan, prepared.left);
    if (!state) continue;
    const change =
      plan.action === 'sync'
        ? syncChange(state, times && tables.written.touched !== null)
        : resetChange(state, clears, false);
    if (!change) continue;
    add(prepared, change);
  }
  return prepared;
}

/**
 * Deletes presets' records. A preset with more records than fit loses as many from its count as from its records, so it
 * stays as right as it was. What a receipt could not keep is never deleted.
 */
async function prepareDeletion(asked: BatchRequest): Promise<PreparedBatch> {
  const { reader, plan, tasks, most, limits, truncate, whole = false } = asked;
  const { tables } = plan.inspected;
  const prepared = emptyBatch();
  const played: RecordValues[] = [];
  const take = (found: FoundRecords) => {
    if (!found.places) return;
    keep(prepared, found);
    if (whole) played.push(...valuesIn(found, plan.playsUndo));
    prepared.order.deletes.push(found.places);
  };
  const [none] = tasks.filter(({ id }) => id === null);
  if (none) take(await orphansOf(asked, none, prepared));
  const clears = tables.written.touched !== null && plan.facts.lastUsedNullable;
  const ids = idsOf(tasks);
  const { sums } = tables.records;
  const read = whole ? await readWithAllRecords(reader, tables, plan.facts, ids, limits) : null;
  const again = () => prepareDeletion({ ...asked, whole: false });
  if (whole && !read) return again();
  const states =
    read?.states ??
    (ids.length === 0
      ? new Map<string, StateWithRecords>()
      : await readWithRecords(reader, tables, plan.facts, ids, most, limits));
  const over = await overLimit(asked, states);
  for (const task of tasks) {
    if (task.id === null) continue;
    const own = states.get(task.id);
    const state = plannedState(own?.state, task, plan, prepared.left);
    if (!state || !own) continue;
    const limit = over.get(task.id);
    if (limit !== undefined) {
      prepared.left.push(whyNotPutBack(state, limit, tables));
      continue;
    }
    if (own.tooLarge !== null) {
      prepared.left.push(leftForSize(task, own.tooLarge, limits));
      continue;
    }
    const going = own.number;
    if (going === numberOf(state)) {
      const change = resetChange(state, clears, true);
      if (!change) continue;
      take(own);
      add(prepared, { ...change, drift: task.drift, ...remainingOf(state, going) });
      continue;
    }
    // The other presets of the batch have left no room for it.
    if (going === 0) {
      prepared.rest.push(task);
      continue;
    }
    take(own);
    const worth = sums ? sumOf(await readAmounts(reader, tables, plan.facts, valuesIn(own))) : going;
    // A count that is too low must not fall below zero on the way. Amounts may be negative.
    const delta = sums ? negated(worth) : -Math.min(going, Math.max(0, Number(state.count ?? 0)));
    add(prepared, {
      id: state.id,
      name: state.name,
      before: state.count,
      delta,
      drift: task.drift,
      deletes: going,
      ...(sums ? { worth } : {}),
      ...remainingOf(state, going),
      lastUsedBefore: state.lastUsed,
      ...(state.missing ? { adds: true } : {}),
    });
    prepared.rest.push({
      ...task,
      drift: sumOf([task.drift, delta, worth]),
      gone: plus(task.gone ?? 0, worth),
      weight: Math.max(1, task.weight - going),
    });
  }
  if (read) {
    // Records that stay have to be told from those that go.
    if (prepared.left.length > 0 || prepared.rest.length > 0) return again();
    prepared.order.whole = { snapshot: read.snapshot, played };
  }
  prepared.order.truncate = truncate;
  return prepared;
}

/** The rows whose records, with those that are gone already, an undo could not count, as they are now. */
async function overLimit(
  { reader, plan, tasks }: BatchRequest,
  states: ReadonlyMap<string, StateWithRecords>,
): Promise<Map<string, string>> {
  const wanted = tasks.flatMap(({ id, gone = 0 }) => {
    const own = id === null ? undefined : states.get(id);
    return own && own.number > 0 ? [{ id: own.state.id, becomes: plus(own.state.records, gone) }] : [];
  });
  return readOverLimit(reader, plan.inspected.tables, plan.facts.limits, wanted);
}

function remainingOf({ many }: CounterState, deleted: number): Pick<ReceiptChange, 'remaining'> {
  return many === undefined ? {} : { remaining: many - deleted };
}

function keep(prepared: PreparedBatch, { number, lines }: FoundRecords): void {
  prepared.records ??= { number: 0, texts: [] };
  prepared.records.number += number;
  prepared.records.texts.push(lines);
}

/** The records of no preset that are deleted now. Comes back for more as long as there are any. */
async function orphansOf(
  { reader, plan, most, limits }: BatchRequest,
  task: RepairTask,
  prepared: PreparedBatch,
): Promise<FoundRecords> {
  const read = await readOrphans(reader, plan.inspected.tables, plan.facts, most, limits);
  const { number, tooLarge } = read;
  if (number > 0) prepared.rest.push({ ...task, weight: Math.max(1, task.weight - number) });
  else if (tooLarge !== null)
    prepared.left.push(leftForSize({ ...task, name: 'Records of no preset' }, tooLarge, limits));
  return read;
}

function add(prepared: PreparedBatch, change: ReceiptChange & { id: string; adds?: boolean }): void {
  const { id, name, before, delta, drift, deletes, worth, remaining, lastUsedBefore } = change;
  prepared.changes.push({
    id,
    name,
    before,
    delta,
    drift,
    deletes,
    ...(worth === undefined ? {} : { worth }),
    ...(remaining === undefined ? {} : { remaining }),
    lastUsedBefore,
    ...(change.lastUsedAfter === undefined ? {} : { lastUsedAfter: change.lastUsedAfter }),
  });
  prepared.order.rows.push(orderOf(change));
}
