import type { Receipt } from '../../receipts/receipt.ts';

/** Whether a receipt deleted every record of a preset that there was, so that none of those is in the table by right. */
export function leftNoRecords({ batches, end }: Receipt, id: string | null): boolean {
  if (end?.ended !== 'finished' || end.left.some(left => left.id === id)) return false;
  // A server that was restored from the middle of it has some batches, and the records of the others.
  const deleted = batches.reduce(
    (sum, { outcome, records }) => sum + (outcome === 'committed' ? (records?.count ?? 0) : 0),
    0,
  );
  return deleted === end.deleted;
}
