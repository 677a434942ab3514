import type { Reader } from '../../connection/transactions.ts';
import { isSame, isZero } from '../../counter/quantity.ts';
import { whyNotWritten } from '../not-written.ts';
import type { FullPlan } from '../plan/draft.ts';
import type { RepairTask } from '../plan/task.ts';
import type { ReceiptChange } from '../receipts/receipt.ts';
import type { RecordsReader } from '../receipts/records/records-reader.ts';
import type { RecordLines } from '../receipts/records/stored-records.ts';
import { type Change, driftOf, type LeftAlone } from '../repair.ts';
import type { BatchOrder, RowOrder } from '../sql/batch/order.ts';
import type { CounterState } from '../sql/counter-state.ts';
import type { ByteLimits } from '../sql/records/bounded-records.ts';

/** What a batch is about to do, as read in the same transaction that does it. */
export interface PreparedBatch {
  order: Pick<BatchOrder, 'rows' | 'deletes' | 'whole' | 'inserts' | 'truncate'>;
  changes: ReceiptChange[];
  /** The deleted records, for the receipt; null if there are none. */
  records: RecordLines | null;
  left: LeftAlone[];
  /** What is left to do afterwards, and what is left if the server refuses this batch. */
  rest: RepairTask[];
  otherwise: RepairTask[];
}

/** Where an undo reads its records from, over all its batches. */
export interface UndoSource {
  reader: RecordsReader;
  owners: RecordOwners;
}

/** What is known about the records of one batch. */
export interface RecordOwners {
  batch: number;
  /** The preset id that each stored key stands for; null if the batch has no such preset. */
  of: Map<string, string | null>;
  /**
   * How many records, from the first one on, are assigned to their presets, and where those of each preset begin; null
   * for none.
   */
  known: number;
  first: Map<string | null, number>;
}

export function newOwners(): RecordOwners {
  return { batch: 0, of: new Map(), known: 0, first: new Map() };
}

/** What a batch is prepared from. */
export interface BatchRequest {
  reader: Reader;
  plan: FullPlan;
  tasks: readonly RepairTask[];
  /** At most this many records of one preset, and this many bytes of all of them. */
  most: number;
  limits: ByteLimits;
  truncate: boolean;
  /** Deletes all records of the rows, if it finds nothing else to do. */
  whole?: boolean;
  /** undo: where the records come from. */
  source?: UndoSource | undefined;
  /** undo: the transactions in which this repair has already put records back. */
  written?: readonly string[];
}

/** A batch that does nothing yet. */
export function emptyBatch(): PreparedBatch {
  return {
    order: { rows: [], deletes: [], inserts: [], truncate: false },
    changes: [],
    records: null,
    left: [],
    rest: [],
    otherwise: [],
  };
}

/** The presets of these tasks. */
export function idsOf(tasks: readonly RepairTask[]): string[] {
  return tasks.flatMap(({ id }) => id ?? []);
}

/** The counter if it exists and can be added to; otherwise its preset is added to those left alone. */
export function knownState(
  counter: CounterState | undefined,
  task: RepairTask,
  { inspected, facts }: FullPlan,
  left: LeftAlone[],
): CounterState | null {
  const { id, name } = task;
  if (!counter) {
    left.push({
      id,
      name,
      reason: 'gone',
      message: `The ${inspected.tables.definition.nouns.row[0]} was deleted meanwhile.`,
    });
    return null;
  }
  const why = whyNotWritten(counter, { tables: inspected.tables, facts });
  if (!why) return counter;
  left.push(why);
  return null;
}

/** The counter if its drift is also the planned one; otherwise something other than correct uses has written it. */
export function plannedState(
  counter: CounterState | undefined,
  task: RepairTask,
  plan: FullPlan,
  left: LeftAlone[],
): CounterState | null {
  const state = knownState(counter, task, plan, left);
  if (!state) return null;
  const drift = driftOf(state);
  if (isSame(drift, task.drift)) return state;
  left.push({
    id: state.id,
    name: state.name,
    reason: 'moved',
    message: isZero(drift)
      ? 'Something else has corrected it meanwhile.'
      : `Its drift was ${task.drift} when this was planned, and is ${drift} now: something else writes it.`,
  });
  return null;
}

/** What is written to the row of one preset. */
export function orderOf({
  id,
  delta,
  lastUsedBefore,
  lastUsedAfter,
  adds = false,
}: Pick<Change, 'id' | 'delta' | 'lastUsedBefore' | 'lastUsedAfter' | 'adds'>): RowOrder {
  return {
    id,
    delta,
    nullIfZero: false,
    ...(adds ? { adds } : {}),
    lastUsed: lastUsedAfter === undefined ? null : { from: lastUsedBefore, to: lastUsedAfter },
  };
}
