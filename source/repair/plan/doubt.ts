import type { Receipt } from '../receipts/receipt.ts';
import { isBelieved } from '../receipts/seals/trust.ts';
import type { Remark } from '../repair.ts';

/** What a plan says first about a receipt that this console may not have written; nothing about its own. */
export function doubtRemarks({ head, origin, doubt }: Receipt): Remark[] {
  if (doubt === null) return [];
  return [
    {
      code: `receipt-${origin}`,
      severity: 'warning',
      message: `The receipt ${head.id} may not be what this console wrote. ${doubt} Its undo writes what the receipt says, so look at the changes before you agree to them.`,
    },
  ];
}

/** Names the receipts that say something about this one and are not believed. */
export function ignoredRemarks(receipt: Receipt, receipts: readonly Receipt[]): Remark[] {
  if (!isBelieved(receipt)) return [];
  const ignored = receipts.filter(
    other =>
      !isBelieved(other) &&
      other.head.identity === receipt.head.identity &&
      other.head.undoes === receipt.head.id,
  );
  return ignored.map(({ head, doubt }) => ({
    code: 'receipt-ignored',
    severity: 'warning',
    message: `${head.id} says that it has taken this back, and it is not believed. ${doubt ?? ''}`.trimEnd(),
  }));
}

/** The word that the phrase of an undo has in addition, where its receipt may not be what this console wrote. */
export function doubtWord({ origin }: Receipt): string | null {
  switch (origin) {
    case 'own':
      return null;
    case 'edited':
      return 'edited';
    case 'other-user':
      return 'foreign';
    default:
      return 'unverified';
  }
}
