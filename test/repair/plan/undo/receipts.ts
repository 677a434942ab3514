import type {
  BatchOutcome,
  Receipt,
  ReceiptChange,
  ReceiptHead,
} from '../../../../source/repair/receipts/receipt.ts';
import { sampleEnd, sampleHead } from '../../receipts/samples.ts';

type Batch = Receipt['batches'][number];

/** A committed batch; `records` if the receipt holds records that it deleted. */
export function batch(number: number, changes: ReceiptChange[], other: Partial<Batch> = {}): Batch {
  return {
    batch: number,
    xid: String(700 + number),
    changes,
    records: null,
    outcome: 'committed' as BatchOutcome,
    ...other,
  };
}

/** A receipt that came to its end. */
export function receipt(head: Partial<ReceiptHead>, batches: Batch[]): Receipt {
  const own = sampleHead(head);
  return { head: own, file: `/state/receipts/${own.id}.jsonl`, batches, end: sampleEnd } as Receipt;
}
