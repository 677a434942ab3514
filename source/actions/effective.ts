import { undoneBy } from '../receipts/list-receipts.ts';
import type { Receipt, ReceiptBatch, ReceiptChange } from '../receipts/receipt.ts';

/** One change of a receipt that is still in effect; `change` is null for records of no preset. */
export interface Effect {
  batch: ReceiptBatch;
  change: ReceiptChange | null;
}

const nameOf = (batch: number, id: string) => `${batch} ${id}`;

/** How many of the records that a batch deleted belonged to no preset. */
export function recordsOfNone({ records, changes }: ReceiptBatch): number {
  return (records?.count ?? 0) - changes.reduce((sum, { deletes }) => sum + Math.max(0, deletes), 0);
}

/** What of a receipt is in effect: committed, and not taken back by one of `receipts`. The newest first. */
export function effectsOf(receipt: Receipt, receipts: readonly Receipt[]): Effect[] {
  const taken = new Set(
    undoneBy(receipts, receipt.head.id)
      .flatMap(({ batches }) => batches)
      .filter(({ outcome }) => outcome === 'committed')
      .flatMap(({ changes }) => changes.map(({ id, of }) => nameOf(of ?? -1, id))),
  );
  return receipt.batches
    .filter(({ outcome }) => outcome === 'committed')
    .flatMap((batch): Effect[] => [
      ...batch.changes.map(change => ({ batch, change })),
      ...(recordsOfNone(batch) > 0 ? [{ batch, change: null }] : []),
    ])
    .filter(({ batch, change }) => !taken.has(nameOf(batch.batch, change?.id ?? '')))
    .reverse();
}

/** How far what was taken back in part has moved the drift of a preset since. */
export function driftTakenBack(receipt: Receipt, receipts: readonly Receipt[], id: string): number {
  return undoneBy(receipts, receipt.head.id)
    .flatMap(({ batches }) => batches)
    .filter(({ outcome }) => outcome === 'committed')
    .flatMap(({ changes }) => changes)
    .filter(change => change.id === id)
    .reduce((sum, { delta, deletes }) => sum + delta + deletes, 0);
}
