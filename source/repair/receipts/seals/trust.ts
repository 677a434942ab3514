import type { Receipt } from '../receipt.ts';

/** Whether a receipt was written with the key of this state directory and not changed since. */
export function isTrusted({ origin }: Pick<Receipt, 'origin'>): boolean {
  return origin === 'own' || origin === 'other-user';
}

/**
 * The receipts that may decide what of this one is in effect. An untrusted receipt, which anyone may have written, says
 * nothing about a trusted one: it neither marks it as undone nor blocks it. About another untrusted one it counts.
 */
export function receiptsThatCount(receipt: Receipt, receipts: readonly Receipt[]): Receipt[] {
  return isTrusted(receipt) ? receipts.filter(isTrusted) : [...receipts];
}
