import type { Database } from '../connection/transactions.ts';
import { readIdentity } from '../counter/identity.ts';
import { receiptHead } from '../repair/receipts/receipt-head.ts';
import { openReceipt } from '../repair/receipts/write-receipt.ts';
import type { MigrationPlan } from './read-plan.ts';

/**
 * Begins the receipt of a migration, which holds what it replaces. Rejects with exit code 4 if it cannot be stored: then
 * the migration does not run.
 */
export async function openMigrationReceipt(
  database: Database,
  directory: string,
  plan: Pick<MigrationPlan, 'inspected' | 'fingerprint' | 'replaced'>,
) {
  const start = performance.now();
  const identity = await database.read(reader => readIdentity(reader, database, plan.inspected.tables));
  const receipt = await openReceipt(directory, {
    ...receiptHead(database.place, plan.inspected, {
      action: 'migrate',
      identity,
      fingerprint: plan.fingerprint,
    }),
    replaced: plan.replaced,
  });
  let batch = 0;
  return {
    file: receipt.file,
    async record(xid: string): Promise<void> {
      // The previous try has been rolled back.
      if (batch > 0) await receipt.settle(batch, 'aborted');
      batch = await receipt.intend({ xid, changes: [], records: null });
    },
    async done(ok: boolean): Promise<void> {
      // The database has already changed, even if its receipt cannot be finished.
      try {
        if (batch > 0) await receipt.settle(batch, ok ? 'committed' : 'aborted');
        await receipt.end({
          ended: ok ? 'finished' : 'failed',
          changed: 0,
          deleted: 0,
          restored: 0,
          durationMs: Math.round(performance.now() - start),
          left: [],
        });
      } catch {
        // What it says so far is true.
      }
      await receipt.close();
    },
  };
}
