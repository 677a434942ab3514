import { transactionStatus } from '../../connection/transaction-status.ts';
import type { Database } from '../../connection/transactions.ts';
import type { Tables } from '../../counter/discovery/tables.ts';
import { isSame, isZero, plus } from '../../counter/quantity.ts';
import { isConsoleError } from '../../errors/errors.ts';
import type { ReceiptChange } from '../receipts/receipt.ts';
import { driftOf, worthOf } from '../repair.ts';
import { exactForms, readStates } from '../sql/counter-state.ts';
import type { RepairFacts } from '../sql/facts.ts';
import type { RecordValues } from '../sql/records/found-records.ts';
import { hasRecord } from '../sql/records/read-records.ts';

/** What a batch leaves in the tables if it is committed. */
export interface OutcomeTraces {
  changes: readonly ReceiptChange[];
  /** One of the records that it deletes, and one that it puts back; null if there is none. */
  deleted: RecordValues | null;
  inserted: RecordValues | null;
}

export type TransactionOutcome = 'committed' | 'aborted' | 'in progress' | null;

/**
 * The outcome of a transaction; null if the server has forgotten it. After a crash or a failover, a server may give the
 * number of a transaction that never reached its disk to another one. So `committed` is trusted only if the tables do
 * not contradict it.
 */
export async function readTransactionOutcome(
  database: Database,
  tables: Tables,
  facts: RepairFacts,
  xid: string,
  traces: OutcomeTraces,
  signal?: AbortSignal,
): Promise<TransactionOutcome> {
  const status = await statusOf(database, xid, signal);
  if (status !== 'committed') return status;
  const left = await database.read(
    async reader => {
      await reader.rows(exactForms);
      if (traces.deleted) return !(await hasRecord(reader, tables, facts, traces.deleted));
      if (traces.inserted) return hasRecord(reader, tables, facts, traces.inserted);
      const changed = traces.changes.flatMap(change =>
        change.id === null || isZero(plus(change.delta, worthOf(change)))
          ? []
          : [{ id: change.id, drift: change.drift }],
      );
      if (changed.length === 0) return true;
      const states = await readStates(
        reader,
        tables,
        changed.map(({ id }) => id),
      );
      return !changed.every(({ id, drift }) => {
        const state = states.get(id);
        return state !== undefined && isSame(driftOf(state), drift);
      });
    },
    { signal },
  );
  return left ? 'committed' : 'aborted';
}

async function statusOf(
  database: Database,
  xid: string,
  signal: AbortSignal | undefined,
): Promise<TransactionOutcome> {
  try {
    return await database.read(reader => transactionStatus(reader, xid), { signal });
  } catch (error) {
    // The number is still to be assigned: in a crash the server has forgotten that it was given out once.
    if (isConsoleError(error) && (error.cause as { code?: string })?.code === '22023') return 'aborted';
    throw error;
  }
}
