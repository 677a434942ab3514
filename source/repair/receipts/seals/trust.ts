import type { Receipt } from '../receipt.ts';

/** Whether what a receipt tells was written with the key of this state directory, and has not been changed since. */
export function isBelieved({ origin }: Pick<Receipt, 'origin'>): boolean {
  return origin === 'own' || origin === 'other-user';
}

/**
 * The receipts that have a say in what of this one is in effect. What anybody may have written says nothing about a receipt
 * that is believed: it neither makes it count as taken back nor stands in its way. About another that is not believed it does.
 */
export function receiptsThatCount(receipt: Receipt, receipts: readonly Receipt[]): Receipt[] {
  return isBelieved(receipt) ? receipts.filter(isBelieved) : [...receipts];
}
