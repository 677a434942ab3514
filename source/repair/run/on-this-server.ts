import type { Reader } from '../../connection/transactions.ts';
import type { Receipt } from '../receipts/receipt.ts';
import { readServerMark, type ServerMark, transactionStatuses } from '../sql/server-mark.ts';

/** Which batches of some receipts exist on the server as it is now. */
export interface OnServer {
  /** The same receipts, in memory only. Batches that never happened here count as aborted. */
  receipts: Receipt[];
  /** By receipt id: how many batches the receipt calls committed but this server does not have. */
  missing: Map<string, number>;
  /** By receipt id: why the server's answer is not certain, as part of a sentence. */
  unproved: Map<string, string>;
}

/**
 * Asks the server about every batch that a receipt calls committed. A server restored from an earlier backup, or an
 * older copy, has not assigned that transaction number yet, or has assigned it to another transaction since.
 */
export async function keepOwnBatches(reader: Reader, receipts: readonly Receipt[]): Promise<OnServer> {
  const mark = await readServerMark(reader);
  const known = await transactionStatuses(
    reader,
    receipts.flatMap(({ head, batches }) =>
      isLater(head, mark)
        ? []
        : batches.filter(({ xid }) => BigInt(xid) < BigInt(mark.xid)).map(({ xid }) => xid),
    ),
  );
  const missing = new Map<string, number>();
  const unproved = new Map<string, string>();
  const judged = receipts.map(receipt => {
    const { head } = receipt;
    const batches = receipt.batches.map(batch => {
      if (batch.outcome !== 'committed') return batch;
      const status = isLater(head, mark) ? undefined : known.get(batch.xid);
      // A missing status means its number is still to come.
      if (status === 'committed' || status === null) return batch;
      missing.set(head.id, (missing.get(head.id) ?? 0) + 1);
      return { ...batch, outcome: 'aborted' as const };
    });
    const why = whyUnproved(receipt, mark, known);
    if (why !== null) unproved.set(head.id, why);
    return { ...receipt, batches };
  });
  return { receipts: judged, missing, unproved };
}

/** Whether the receipt is from a later timeline than the server is on. */
function isLater({ began }: Receipt['head'], { timeline }: ServerMark): boolean {
  return began !== undefined && began.timeline !== null && timeline !== null && began.timeline > timeline;
}

function whyUnproved(
  { head: { began }, batches }: Receipt,
  { timeline }: ServerMark,
  known: Awaited<ReturnType<typeof transactionStatuses>>,
): string | null {
  if (batches.some(({ outcome, xid }) => outcome === 'committed' && known.get(xid) === null))
    return 'the server has forgotten its transactions';
  if (timeline === null || !began || began.timeline === null)
    return 'it is not known whether this server was restored from a backup since';
  return began.timeline === timeline ? null : 'this server was failed over or restored since';
}
