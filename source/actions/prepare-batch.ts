import { type FoundRecord, readOrphans, readStates, readWithRecords } from '../database/repair-state.ts';
import type { ReceiptChange } from '../receipts/receipt.ts';
import { resetChange } from './plan-reset.ts';
import { syncChange } from './plan-sync.ts';
import { prepareUndo } from './prepare-undo.ts';
import { type Asked, fitting, idsOf, nothing, orderOf, type Prepared } from './prepared.ts';

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

function add(prepared: Prepared, change: ReceiptChange & { id: string }): void {
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
