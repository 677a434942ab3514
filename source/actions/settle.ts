import type { Database, Reader } from '../database/connection.ts';
import { claimRepair } from '../database/repair-block.ts';
import { onlyColumns, type RepairFacts, readRepairFacts } from '../database/repair-facts.ts';
import type { RecordValues } from '../database/repair-state.ts';
import type { Tables } from '../database/tables.ts';
import type { BatchOutcome, Receipt } from '../receipts/receipt.ts';
import { settleReceipt } from '../receipts/settle-receipt.ts';
import { firstRecord } from '../receipts/stored-records.ts';
import { anotherWrite } from './claim.ts';
import { fateOf } from './fate.ts';
import { refused } from './guards.ts';

// What holds the claim is at work on the very receipt, perhaps.
async function requireUnclaimed(reader: Reader): Promise<void> {
  const [row] = (await reader.rows(claimRepair)) as { mine: boolean }[];
  if (!row?.mine) throw anotherWrite();
}

/**
 * A receipt whose batches all have an outcome: where its operation was killed, the server is asked what became of each
 * transaction. Rejects (exit code 4) where one of them is still under way, or another repair is unless `claimed`.
 */
export async function settled(
  database: Database,
  tables: Tables,
  receipt: Receipt,
  signal?: AbortSignal,
  claimed = false,
): Promise<Receipt> {
  const open = receipt.batches.filter(({ outcome }) => outcome === null || outcome === 'unknown');
  if (open.length === 0 && receipt.end) return receipt;
  if (!claimed && !database.place.demo) await database.read(requireUnclaimed, { signal });
  const facts = await database.read(reader => readRepairFacts(reader, tables), { signal });
  const outcomes = new Map<number, BatchOutcome>();
  for (const batch of open) {
    // What the other receipt's records were is not looked up: the counts that went with them tell as much.
    const deleted = await firstRecord(receipt, batch);
    const stored = onlyColumns(facts, receipt.head.columns ?? []);
    const status = await fateOf(
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
    // The server forgets old transactions: then nobody knows.
    outcomes.set(batch.batch, status ?? 'unknown');
  }
  return settleReceipt(receipt, outcomes);
}

function storedValues({ head }: Receipt, { recordColumns }: RepairFacts, line: string): RecordValues {
  const values = JSON.parse(line) as RecordValues;
  return recordColumns.map(
    ({ quoted }) => values[(head.columns ?? []).findIndex(column => column.quoted === quoted)] ?? null,
  );
}
