import { expect, test } from 'vitest';
import { newReceiptId, receiptId } from '../../../source/repair/receipts/receipt-id.ts';

test('an id sorts by time and is not given twice', () => {
  const at = new Date('2026-11-23T04:15:54.999Z');
  const ids = Array.from({ length: 100 }, () => newReceiptId('sync', at));
  expect(ids[0]).toMatch(/^20261123T041554Z-sync-[0-9a-f]{6}$/);
  expect(new Set(ids).size).toBeGreaterThan(98);
  const later = newReceiptId('migrate', new Date('2026-11-23T04:15:55Z'));
  expect(later > (ids[0] ?? '')).toBe(true);
  expect(later).toMatch(receiptId);
});

test.each([
  '../20261123T041554Z-sync-3f9a1c',
  '20261123T041554Z-sync-3f9a1c/../x',
  '20261123T041554Z-../x-3f9a1c',
  '20261123T041554Z-sync-3f9a1',
  '20261123-sync-3f9a1c',
  '',
])('%j is no id: it could name a file somewhere else', id => {
  expect(id).not.toMatch(receiptId);
});
