import type { Receipt } from '../../receipts/receipt.ts';

/** Whether a receipt deleted every record that a preset had, so that none of them should be in the table. */
export function leftNoRecords({ batches, end }: Receipt, id: string | null): boolean {
  if (end?.ended !== 'finished' || end.left.some(left => left.id === id)) return false;
  // A server restored to the middle of the reset has some of its batches, and the records of the others.
  const deleted = batches.reduce(
    (sum, { outcome, records }) => sum + (outcome === 'committed' ? (records?.count ?? 0) : 0),
    0,
  );
  return deleted === end.deleted;
}
