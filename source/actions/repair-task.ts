import type { ReceiptBatch, ReceiptChange } from '../receipts/receipt.ts';

/** A part of a repair: one preset, or the records of none. */
export interface Task {
  /** The preset; null for records whose preset is gone. */
  id: string | null;
  name: string;
  /** `usage_count` minus records as it was planned, or as the batch before has left it. */
  drift: number;
  /** Records that it deletes or puts back, as far as known: batches are made of about as many. */
  weight: number;
  /** undo: the batches that are taken back, the newest first, with what they did to this preset. */
  undo?: { batch: ReceiptBatch; change: ReceiptChange | null }[];
}
