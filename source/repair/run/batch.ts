import type { ConsoleError } from '../../errors/errors.ts';
import type { BatchLimits } from '../batch-limits.ts';
import type { RepairTask } from '../plan/task.ts';
import type { ReceiptChange } from '../receipts/receipt.ts';
import type { LeftAlone } from '../repair.ts';
/** What is done in one transaction. */
export interface Batch {
  tasks: RepairTask[];
  /** How many records of one preset go at once, and how many bytes of all of them. */
  mostRecords: number;
  limits: Pick<BatchLimits, 'bytes' | 'recordBytes'>;
  /** Waits for a row that is somebody else's, up to lock_timeout: only where it is the only one, so nothing is held meanwhile. */
  wait: boolean;
  truncate: boolean;
}

/**
 * What became of a batch. `busy`: somebody holds a row or has changed a record; `refused`: the server or a trigger does not
 * want it; `large`: it is more than the server, or one transaction, takes at once; `lost`: the connection broke and nothing of it happened; `nothing`: there was nothing to write.
 */
export interface BatchResult {
  outcome: 'committed' | 'busy' | 'refused' | 'large' | 'lost' | 'nothing';
  changes: ReceiptChange[];
  left: LeftAlone[];
  rest: RepairTask[];
  deleted: number;
  /** Milliseconds that rows were held, and sessions that waited for them. */
  held: number;
  waiting: number;
  /** The server's words where it refused, and how many records it was about; undefined where that is not known. */
  message?: string;
  tried?: number;
  /** busy: the table is held, and not a row of it. */
  table?: true;
  /** What broke the connection. */
  error?: ConsoleError;
}
