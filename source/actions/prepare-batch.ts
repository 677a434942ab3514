import { type LeftAlone, notANumber } from '../audit/repair.ts';
import type { Reader } from '../database/connection.ts';
import type { BatchOrder, RowOrder } from '../database/repair-block.ts';
import {
  type CounterState,
  type FoundRecord,
  type RecordValues,
  readDangling,
  readOrphans,
  readOwners,
  readStates,
  readWithRecords,
} from '../database/repair-state.ts';
import type { ConsoleError } from '../errors.ts';
import { damaged } from '../receipts/damaged.ts';
import { recordsFile } from '../receipts/places.ts';
import type { Receipt, ReceiptChange } from '../receipts/receipt.ts';
import { readRecords } from '../receipts/stored-records.ts';
import type { FullPlan } from './plan-repair.ts';
import { resetChange } from './plan-reset.ts';
import { syncChange } from './plan-sync.ts';
import type { Task } from './repair-task.ts';

/** What a batch is about to do, as it was read in the very transaction that does it. */
export interface Prepared {
  order: Pick<BatchOrder, 'rows' | 'deletes' | 'inserts' | 'truncate'>;
  changes: ReceiptChange[];
  /** The deleted records for the receipt; null where none are. */
  records: string[] | null;
  left: LeftAlone[];
  /** What there is still to do afterwards. */
  rest: Task[];
}

interface Asked {
  reader: Reader;
  plan: FullPlan;
  tasks: readonly Task[];
  /** How many records of a preset go at once. */
  most: number;
  truncate: boolean;
}

/**
 * Reads the counters of a batch in one snapshot and decides what becomes of each. A preset whose drift is not the planned
 * one is left alone: something else than correct uses has written it.
 */
export function prepareBatch(asked: Asked): Promise<Prepared> {
  const { action, options } = asked.plan;
  if (action === 'undo') return prepareUndo(asked);
  if (action === 'reset' && options.deleteHistory) return prepareDeletion(asked);
  return prepareCounts(asked);
}

async function prepareCounts({ reader, plan, tasks }: Asked): Promise<Prepared> {
  const { tables } = plan.look;
  const times = plan.action === 'sync' && plan.options.lastUsed && tables.records.time !== null;
  const states = await readStates(reader, tables, idsOf(tasks), times);
  const clears = tables.presets.lastUsed !== null && plan.facts.lastUsedNullable;
  const prepared = nothing();
  for (const task of tasks) {
    const state = fitting(states.get(task.id ?? ''), task, prepared.left);
    if (!state) continue;
    const change =
      plan.action === 'sync'
        ? syncChange(state, times && tables.presets.lastUsed !== null)
        : resetChange(state, clears, false);
    if (!change) continue;
    add(prepared, change);
  }
  return prepared;
}

/** Presets with their records: those that have more than go at once lose as many from both, and stay as right as they were. */
async function prepareDeletion({ reader, plan, tasks, most, truncate }: Asked): Promise<Prepared> {
  const { tables } = plan.look;
  const prepared = nothing();
  const found: FoundRecord[] = [];
  if (tasks.some(({ id }) => id === null)) {
    const orphans = await readOrphans(reader, tables, plan.facts, most);
    found.push(...orphans);
    const [task] = tasks.filter(({ id }) => id === null);
    if (task && orphans.length === most)
      prepared.rest.push({ ...task, weight: Math.max(1, task.weight - most) });
  }
  const clears = tables.presets.lastUsed !== null && plan.facts.lastUsedNullable;
  const ids = idsOf(tasks);
  const states =
    ids.length === 0 ? new Map() : await readWithRecords(reader, tables, plan.facts, ids, most + 1);
  for (const task of tasks) {
    if (task.id === null) continue;
    const own = states.get(task.id);
    const state = fitting(own?.state, task, prepared.left);
    if (!state || !own) continue;
    const whole = own.found.length <= most;
    const going = whole ? own.found : own.found.slice(0, most);
    const change = whole ? resetChange({ ...state, records: going.length }, clears, true) : null;
    if (whole && !change) continue;
    found.push(...going);
    if (change) {
      add(prepared, { ...change, drift: task.drift });
      continue;
    }
    // A count that is too low must not fall below zero on the way.
    const delta = -Math.min(going.length, Math.max(0, state.count ?? 0));
    add(prepared, {
      id: state.id,
      name: state.name,
      before: state.count,
      delta,
      drift: task.drift,
      deletes: going.length,
      lastUsedBefore: state.lastUsed,
    });
    prepared.rest.push({
      ...task,
      drift: task.drift + delta + going.length,
      weight: Math.max(1, task.weight - going.length),
    });
  }
  prepared.order.deletes = found.map(({ place }) => place);
  prepared.order.truncate = truncate;
  prepared.records = found.length > 0 ? found.map(({ values }) => JSON.stringify(values)) : null;
  return prepared;
}

/** Adds the differences back, and the records as they were: those that still have everything they refer to. */
async function prepareUndo({ reader, plan, tasks }: Asked): Promise<Prepared> {
  const { tables } = plan.look;
  const { receipt, facts } = plan;
  const prepared = nothing();
  if (!receipt) return prepared;
  const columns = receipt.head.columns ?? [];
  const presetPlace = columns.findIndex(({ quoted }) => quoted === tables.records.preset);
  const stored = new Map<number, RecordValues[]>();
  for (const { undo } of tasks) {
    if (!undo?.batch.records || stored.has(undo.batch.batch)) continue;
    const lines = await readRecords(receipt, undo.batch);
    stored.set(
      undo.batch.batch,
      lines.map(line => JSON.parse(line) as RecordValues),
    );
  }
  const states = await readStates(reader, tables, idsOf(tasks));
  const ownerOf = (record: RecordValues) => record[presetPlace] ?? '';
  const named = tasks
    .filter(({ id }) => id !== null)
    .flatMap(({ undo }) => stored.get(undo?.batch.batch ?? 0) ?? []);
  const owners =
    named.length > 0
      ? await readOwners(reader, tables, idsOf(tasks), [...new Set(named.map(ownerOf))])
      : new Map<string, string>();
  const wanted: { task: Task; state: CounterState | null; records: RecordValues[] }[] = [];
  for (const task of tasks) {
    const { undo } = task;
    if (!undo) continue;
    const all = stored.get(undo.batch.batch) ?? [];
    if (task.id === null) {
      const own = new Set(undo.batch.changes.map(({ id }) => id));
      wanted.push({
        task,
        state: null,
        records: all.filter(record => {
          const preset = record[presetPlace] ?? null;
          return preset === null || !own.has(preset);
        }),
      });
      continue;
    }
    const state = fitting(states.get(task.id), task, prepared.left);
    if (!state) continue;
    const records = all.filter(record => owners.get(ownerOf(record)) === task.id);
    // Half of them with the whole count would be worse than none.
    if (records.length !== undo.change?.deletes) throw incomplete(receipt, task, records.length);
    wanted.push({ task, state, records });
  }
  const inserts = wanted.flatMap(({ records }) => records);
  const places = facts.recordColumns.map(({ quoted }) =>
    columns.findIndex(column => column.quoted === quoted),
  );
  const reordered = inserts.map(record => places.map(place => record[place] ?? null));
  const dangling =
    reordered.length > 0 ? await readDangling(reader, facts, reordered) : new Map<number, string>();
  let seen = 0;
  for (const { task, state, records } of wanted) {
    const lost = records.map((_, index) => dangling.get(seen + index)).filter(table => table !== undefined);
    seen += records.length;
    const { change, batch } = task.undo ?? {};
    if (lost.length > 0) {
      prepared.left.push({
        id: task.id ?? '',
        name: task.name,
        reason: 'reference',
        message: `${lost.length} of its ${records.length} records cannot be put back: what they name in ${lost[0]} is gone. The others are.`,
      });
    }
    const back = records.length - lost.length;
    if (!state || !change) {
      // Records of no preset: the receipt names them by an empty id.
      prepared.changes.push({
        id: '',
        name: '',
        before: null,
        delta: 0,
        drift: 0,
        deletes: -back || 0,
        lastUsedBefore: null,
        of: batch?.batch ?? 0,
      });
      continue;
    }
    const times = change.lastUsedAfter !== undefined && change.lastUsedAfter === state.lastUsed;
    const row: ReceiptChange = {
      id: state.id,
      name: state.name,
      before: state.count,
      delta: -change.delta - lost.length || 0,
      drift: task.drift,
      deletes: -back || 0,
      lastUsedBefore: state.lastUsed,
      ...(times ? { lastUsedAfter: change.lastUsedBefore } : {}),
      of: batch?.batch ?? 0,
    };
    prepared.changes.push(row);
    prepared.order.rows.push({ ...orderOf(row), nullIfZero: change.before === null });
  }
  prepared.order.inserts = reordered.filter((_, index) => !dangling.has(index));
  return prepared;
}

function incomplete(receipt: Receipt, { name, undo }: Task, there: number): ConsoleError {
  return damaged(
    recordsFile(receipt.file),
    `batch ${undo?.batch.batch} deleted ${undo?.change?.deletes} records of "${name}", and ${there} are there`,
  );
}

function nothing(): Prepared {
  return {
    order: { rows: [], deletes: [], inserts: [], truncate: false },
    changes: [],
    records: null,
    left: [],
    rest: [],
  };
}

function idsOf(tasks: readonly Task[]): string[] {
  return tasks.flatMap(({ id }) => id ?? []);
}

/** The state where it is as planned; where not, the preset is put among those that are left alone. */
function fitting(state: CounterState | undefined, task: Task, left: LeftAlone[]): CounterState | null {
  const { id, name } = task;
  if (!state) {
    left.push({ id: id ?? '', name, reason: 'gone', message: 'The preset was deleted meanwhile.' });
    return null;
  }
  if (state.exact !== null) {
    left.push(notANumber(state));
    return null;
  }
  const drift = (state.count ?? 0) - state.records;
  if (drift === task.drift) return state;
  left.push({
    id: state.id,
    name: state.name,
    reason: 'moved',
    message:
      drift === 0
        ? 'Something else has put it right meanwhile.'
        : `Its drift was ${task.drift} when this was planned, and is ${drift} now: something else writes it.`,
  });
  return null;
}

function add(prepared: Prepared, change: ReceiptChange): void {
  const { id, name, before, delta, drift, deletes, lastUsedBefore } = change;
  prepared.changes.push({
    id,
    name,
    before,
    delta,
    drift,
    deletes,
    lastUsedBefore,
    ...(change.lastUsedAfter === undefined ? {} : { lastUsedAfter: change.lastUsedAfter }),
  });
  prepared.order.rows.push(orderOf(change));
}

function orderOf({ id, delta, lastUsedBefore, lastUsedAfter }: ReceiptChange): RowOrder {
  return {
    id,
    delta,
    nullIfZero: false,
    lastUsed: lastUsedAfter === undefined ? null : { from: lastUsedBefore, to: lastUsedAfter },
  };
}
