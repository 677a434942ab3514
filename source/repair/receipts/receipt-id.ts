import { randomBytes } from 'node:crypto';
import type { ReceiptHead } from './receipt.ts';

/** What every id looks like. It names a file, so it may hold nothing that leads out of the directory. */
export const receiptId = /^\d{8}T\d{6}Z-[a-z]+-[0-9a-f]{6}$/;

/** A new id, such as `20261123T041554Z-sync-3f9a1c`; its random end tells apart what begins in the same second. */
export function newReceiptId(action: ReceiptHead['action'], at: Date): string {
  const time = at.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  return `${time}-${action}-${randomBytes(3).toString('hex')}`;
}
