import type { ConsoleError } from '../../errors/errors.ts';
import type { BatchLimits } from '../batch-limits.ts';
import type { RepairTask } from '../plan/task.ts';
import type { ReceiptChange } from '../receipts/receipt.ts';
import type { LeftAlone } from '../repair.ts';
/** The work of one transaction. */
export interface Batch {
  tasks: RepairTask[];
  /** At most this many records of one preset, and this many bytes of all records. */
  mostRecords: number;
  limits: Pick<BatchLimits, 'bytes' | 'recordBytes'>;
  /**
   * Waits up to lock_timeout for a row that another session holds. Only for a batch of one row: it holds nothing while
   * it waits.
   */
  wait: boolean;
  truncate: boolean;
  /** Deletes all records of the rows: while nobody else writes. */
  whole?: boolean;
}

/**
 * The result of a batch. `busy`: another session holds a row or has changed a record; `refused`: the server or a trigger
 * rejects it; `large`: more than the server, or one transaction, can take at once; `lost`: the connection broke and
 * nothing of it was committed; `nothing`: there was nothing to write.
 */
export interface BatchResult {
  outcome: 'committed' | 'busy' | 'refused' | 'large' | 'lost' | 'nothing';
  changes: ReceiptChange[];
  left: LeftAlone[];
  rest: RepairTask[];
  deleted: number;
  /** Milliseconds that rows were held, and the number of sessions that waited for them. */
  held: number;
  waiting: number;
  /** True if others wrote while it was prepared. */
  beside?: boolean;
  /** The server's message if it refused, and the number of records in the batch; undefined if that is not known. */
  message?: string;
  tried?: number;
  /** busy: the table itself is locked, not a row. */
  table?: true;
  /** What broke the connection. */
  error?: ConsoleError;
}
