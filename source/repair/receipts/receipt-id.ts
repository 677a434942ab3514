import { randomBytes } from 'node:crypto';
import type { ReceiptHead } from './receipt.ts';

/** The form of every id. It becomes a file name, so it must not lead out of the directory. */
export const receiptId = /^\d{8}T\d{6}Z-[a-z]+-[0-9a-f]{6}$/;

/** A new id, such as `20261123T041554Z-sync-3f9a1c`. Its random end separates operations that begin in the same second. */
export function newReceiptId(action: ReceiptHead['action'], at: Date): string {
  const time = at.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  return `${time}-${action}-${randomBytes(3).toString('hex')}`;
}
