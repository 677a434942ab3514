import { listReceipts, undoneBy } from '../../receipts/list-receipts.ts';
import { receiptsThatCount } from '../../receipts/seals/trust.ts';
import type { FullPlan } from '../draft.ts';
import { type AwayRecords, undoableChanges, undosOf } from './undoable-changes.ts';

/** True unless the plan is of an undo, and another undo has since put back part of it. Ask while holding the repair lock. */
export async function isStillInEffect({ receipt, request, tasks }: FullPlan): Promise<boolean> {
  if (!receipt) return true;
  const receipts = receiptsThatCount(receipt, (await listReceipts(request.directory)).receipts);
  const settled = undoneBy(receipts, receipt.head.id)
    .flatMap(({ batches }) => batches)
    .every(({ outcome }) => outcome === 'committed' || outcome === 'aborted');
  const { presets, orphans } = undoableChanges(receipt, undosOf(receipts));
  const nameOf = ({ batch, id, count }: AwayRecords) => JSON.stringify([batch.batch, id, count]);
  const away = new Set([...[...presets.values()].flatMap(({ records }) => records), ...orphans].map(nameOf));
  return (
    settled &&
    tasks.every(
      ({ id, undo }) =>
        (!undo?.records || away.has(nameOf(undo.records))) &&
        (!undo?.state || presets.get(id ?? '')?.state?.moved === undo.state.moved),
    )
  );
}
