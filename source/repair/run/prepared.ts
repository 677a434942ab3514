import type { Reader } from '../../connection/transactions.ts';
import type { FullPlan } from '../plan/draft.ts';
import type { RepairTask } from '../plan/task.ts';
import type { ReceiptChange } from '../receipts/receipt.ts';
import type { RecordsReader } from '../receipts/records/records-reader.ts';
import { type LeftAlone, notANumber } from '../repair.ts';
import type { BatchOrder, RowOrder } from '../sql/batch-block.ts';
import type { ByteLimits } from '../sql/bounded-records.ts';
import type { CounterState } from '../sql/counter-state.ts';

/** What a batch is about to do, as it was read in the very transaction that does it. */
export interface PreparedBatch {
  order: Pick<BatchOrder, 'rows' | 'deletes' | 'inserts' | 'truncate'>;
  changes: ReceiptChange[];
  /** The deleted records for the receipt; null where none are. */
  records: string[] | null;
  left: LeftAlone[];
  /** What there is still to do afterwards, and what where the server does not take this. */
  rest: RepairTask[];
  otherwise: RepairTask[];
}

/** Where an undo takes its records from, over all its batches. */
export interface UndoSource {
  reader: RecordsReader;
  owners: RecordOwners;
}

/** What is known of the records of one batch. */
export interface RecordOwners {
  batch: number;
  /** The id of the preset that each stored key means, or null if the batch has no such preset. */
  of: Map<string, string | null>;
  /** How many records from the first one on are known by their presets, and where those of each preset begin; null for none. */
  known: number;
  first: Map<string | null, number>;
}

/** Nothing is known of any batch yet. */
export function newOwners(): RecordOwners {
  return { batch: 0, of: new Map(), known: 0, first: new Map() };
}

/** What a batch is prepared from. */
export interface BatchRequest {
  reader: Reader;
  plan: FullPlan;
  tasks: readonly RepairTask[];
  /** How many records of a preset go at once, and how many bytes of all of them. */
  most: number;
  limits: ByteLimits;
  truncate: boolean;
  /** undo: where the records come from. */
  source?: UndoSource | undefined;
  /** undo: the transactions in which this repair has put records back. */
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

/** The counter where it is there and can be added to; where not, the preset is put among those that are left alone. */
export function knownState(
  counter: CounterState | undefined,
  task: RepairTask,
  left: LeftAlone[],
): CounterState | null {
  const { id, name } = task;
  if (!counter) {
    left.push({ id, name, reason: 'gone', message: 'The preset was deleted meanwhile.' });
    return null;
  }
  if (counter.exact === null) return counter;
  left.push(notANumber(counter));
  return null;
}

/** The counter where its drift is the planned one too: otherwise something else than correct uses has written it. */
export function plannedState(
  counter: CounterState | undefined,
  task: RepairTask,
  left: LeftAlone[],
): CounterState | null {
  const state = knownState(counter, task, left);
  if (!state) return null;
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

/** What is written to the row of one preset. */
export function orderOf({
  id,
  delta,
  lastUsedBefore,
  lastUsedAfter,
}: Pick<ReceiptChange, 'delta' | 'lastUsedBefore' | 'lastUsedAfter'> & { id: string }): RowOrder {
  return {
    id,
    delta,
    nullIfZero: false,
    lastUsed: lastUsedAfter === undefined ? null : { from: lastUsedBefore, to: lastUsedAfter },
  };
}
