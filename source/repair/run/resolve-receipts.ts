import type { Database } from '../../connection/transactions.ts';
import type { Tables } from '../../counter/discovery/tables.ts';
import { refused } from '../../counter/guards.ts';
import type { InspectedDatabase } from '../../counter/inspect-database.ts';
import { noteOutcomes } from '../receipts/note-outcomes.ts';
import type { BatchOutcome, Receipt } from '../receipts/receipt.ts';
import { firstRecord, valuesOf } from '../receipts/records/stored-records.ts';
import { onlyColumns, type RepairFacts, readRepairFacts } from '../sql/facts.ts';
import type { RecordValues } from '../sql/records/found-records.ts';
import { holdRepairLock } from './repair-lock.ts';
import { readTransactionOutcome } from './transaction-outcome.ts';

/**
 * The receipts with an outcome for all their batches: if an operation was killed, the server is asked about each
 * transaction. Another repair may be writing one of these receipts, so the repair lock is taken first, unless `holdsLock`,
 * and released before this resolves. Rejects (exit code 4) if another repair or one of the transactions is still
 * running.
 */
export async function resolveReceipts(
  database: Database,
  { tables, server }: InspectedDatabase,
  receipts: readonly Receipt[],
  holdsLock: boolean,
  signal?: AbortSignal,
): Promise<Receipt[]> {
  if (receipts.every(isSettled)) return [...receipts];
  const release = holdsLock
    ? null
    : await holdRepairLock(database, database.timeouts, server.encryption === null, signal);
  try {
    const all: Receipt[] = [];
    for (const receipt of receipts) {
      all.push(isSettled(receipt) ? receipt : await resolveOne(database, tables, receipt, signal));
    }
    return all;
  } finally {
    await release?.();
  }
}

const unresolved = ({ batches }: Receipt) =>
  batches.filter(({ outcome }) => outcome === null || outcome === 'unknown');

function isSettled(receipt: Receipt): boolean {
  return receipt.end !== null && unresolved(receipt).length === 0;
}

async function resolveOne(
  database: Database,
  tables: Tables,
  receipt: Receipt,
  signal: AbortSignal | undefined,
): Promise<Receipt> {
  const facts = await database.read(reader => readRepairFacts(reader, tables), { signal });
  const outcomes = new Map<number, BatchOutcome>();
  for (const batch of unresolved(receipt)) {
    // The other receipt's records are not looked up: the counts that went with them show as much.
    const deleted = await firstRecord(receipt, batch);
    const stored = onlyColumns(facts, receipt.head.columns ?? []);
    const status = await readTransactionOutcome(
      database,
      tables,
      stored,
      batch.xid,
      {
        changes: batch.changes,
        deleted: deleted === undefined ? null : storedValues(receipt, stored, deleted),
        inserted: null,
      },
      signal,
    );
    if (status === 'in progress') {
      throw refused(
        'still-running',
        `The operation of ${receipt.head.id} is still under way.`,
        'Wait until it is done, then try again.',
      );
    }
    // The server forgets old transactions: the outcome is then unknown.
    outcomes.set(batch.batch, status ?? 'unknown');
  }
  return noteOutcomes(receipt, outcomes);
}

function storedValues(receipt: Receipt, { recordColumns }: RepairFacts, line: string): RecordValues {
  const { head } = receipt;
  const values = valuesOf(receipt, line);
  return recordColumns.map(
    ({ quoted }) => values[(head.columns ?? []).findIndex(column => column.quoted === quoted)] ?? null,
  );
}
