import { transactionStatus } from '../../connection/transaction-status.ts';
import type { Database } from '../../connection/transactions.ts';
import type { Tables } from '../../counter/discovery/tables.ts';
import { isConsoleError } from '../../errors/errors.ts';
import type { ReceiptChange } from '../receipts/receipt.ts';
import { exactForms, hasRecord, type RecordValues, readStates } from '../sql/counter-state.ts';
import type { RepairFacts } from '../sql/facts.ts';

/** What a batch would have left in the tables, had it been committed. */
export interface OutcomeTraces {
  changes: readonly ReceiptChange[];
  /** One of the records that it deletes, and one of those that it puts back; null where it does not. */
  deleted: RecordValues | null;
  inserted: RecordValues | null;
}

export type TransactionOutcome = 'committed' | 'aborted' | 'in progress' | null;

/**
 * What became of a transaction; null where the server does not remember it. A server that has crashed, or been failed over
 * from, gives the number of a transaction that never reached its disk to another one: so `committed` is believed only where
 * the tables do not say otherwise.
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
      const telling = traces.changes.flatMap(({ id, drift, delta, deletes }) =>
        id === null || delta + deletes === 0 ? [] : [{ id, drift }],
      );
      if (telling.length === 0) return true;
      const states = await readStates(
        reader,
        tables,
        telling.map(({ id }) => id),
      );
      return !telling.every(({ id, drift }) => {
        const state = states.get(id);
        return state !== undefined && (state.count ?? 0) - state.records === drift;
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
    // A number that is still to come: the server has forgotten in a crash that it was given out once.
    if (isConsoleError(error) && (error.cause as { code?: string })?.code === '22023') return 'aborted';
    throw error;
  }
}
