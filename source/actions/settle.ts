import type { Database, Reader } from '../database/connection.ts';
import { transactionStatus } from '../database/real-use.ts';
import { claimRepair } from '../database/repair-block.ts';
import type { BatchOutcome, Receipt } from '../receipts/receipt.ts';
import { settleReceipt } from '../receipts/settle-receipt.ts';
import { anotherWrite } from './claim.ts';
import { refused } from './plan-simulation.ts';

// What holds the claim is at work on the very receipt, perhaps.
async function requireUnclaimed(reader: Reader): Promise<void> {
  const [row] = (await reader.rows(claimRepair)) as { mine: boolean }[];
  if (!row?.mine) throw anotherWrite();
}

/**
 * A receipt whose batches all have an outcome: where its operation was killed, the server is asked what became of each
 * transaction. Rejects (exit code 4) where one of them is still under way.
 */
export async function settled(database: Database, receipt: Receipt, signal?: AbortSignal): Promise<Receipt> {
  const open = receipt.batches.filter(({ outcome }) => outcome === null || outcome === 'unknown');
  if (open.length === 0 && receipt.end) return receipt;
  const outcomes = await database.read(
    async reader => {
      await requireUnclaimed(reader);
      const found = new Map<number, BatchOutcome>();
      for (const { batch, xid } of open) {
        const status = await transactionStatus(reader, xid);
        if (status === 'in progress') {
          throw refused(
            'still-running',
            `The operation of ${receipt.head.id} is still under way.`,
            'Wait until it is done, then try again.',
          );
        }
        // The server forgets old transactions: then nobody knows.
        found.set(batch, status ?? 'unknown');
      }
      return found;
    },
    { signal },
  );
  return settleReceipt(receipt, outcomes);
}
