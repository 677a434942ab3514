import type { Receipt } from '../receipts/receipt.ts';
import { isTrusted } from '../receipts/seals/trust.ts';
import type { Remark } from '../repair.ts';

/** What a plan says first about a receipt that this console may not have written; nothing about its own. */
export function doubtRemarks({ head, origin, doubt }: Receipt): Remark[] {
  if (doubt === null) return [];
  return [
    {
      code: `receipt-${origin}`,
      severity: 'warning',
      message: `The receipt ${head.id} may not be what this console wrote. ${doubt} Undoing it writes what the receipt says, so check the changes before you confirm.`,
    },
  ];
}

/** Lists the receipts that claim to undo this one but are not trusted. */
export function ignoredRemarks(receipt: Receipt, receipts: readonly Receipt[]): Remark[] {
  if (!isTrusted(receipt)) return [];
  const ignored = receipts.filter(
    other =>
      !isTrusted(other) &&
      other.head.identity === receipt.head.identity &&
      other.head.undoes === receipt.head.id,
  );
  return ignored.map(({ head, doubt }) => ({
    code: 'receipt-ignored',
    severity: 'warning',
    message: `${head.id} says that it undid this receipt, but it is not trusted. ${doubt ?? ''}`.trimEnd(),
  }));
}

/** The extra word in the phrase of an undo if its receipt may not be what this console wrote. */
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
