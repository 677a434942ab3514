import { expect, test } from 'vitest';
import type { Receipt, ReceiptHead } from '../../../source/repair/receipts/receipt.ts';
import { compareReceipts, newestFirst } from '../../../source/repair/receipts/receipt-order.ts';
import { sampleHead } from './samples.ts';

/** A receipt that began at `began`, and whose first transaction has the number `xid`. */
function receipt(
  name: string,
  { at = '2026-11-23T04:15:54Z', xid, ...head }: Partial<ReceiptHead> & { xid?: string } = {},
): Receipt {
  const batches = xid === undefined ? [] : [{ batch: 1, xid, changes: [], records: null, outcome: null }];
  return {
    head: sampleHead({ id: name, at, ...head }),
    batches,
    end: null,
    file: name,
    origin: 'own',
    doubt: null,
    seal: null,
  };
}

const earlier = '2026-11-23T04:15:53Z';
const order = (a: Receipt, b: Receipt) => [
  Math.sign(compareReceipts(a, b)),
  Math.sign(compareReceipts(b, a)),
];
const names = (receipts: Receipt[]) => newestFirst(receipts).map(({ file }) => file);

test('of one database the number of the transaction tells, whatever the clock said', () => {
  expect(order(receipt('a', { xid: '9' }), receipt('b', { xid: '10', at: earlier }))).toEqual([-1, 1]);
  // Beyond the exact range of JavaScript's numbers.
  expect(
    order(receipt('a', { xid: '9007199254740992' }), receipt('b', { xid: '9007199254740993', at: earlier })),
  ).toEqual([-1, 1]);
});

test('one without a batch counts with the number that the server had come to', () => {
  const empty = receipt('a', { began: { xid: '9', timeline: null } });
  expect(order(empty, receipt('b', { xid: '10', at: earlier }))).toEqual([-1, 1]);
  // The batch comes before what its beginning says.
  const both = receipt('a', { xid: '11', began: { xid: '9', timeline: null }, at: earlier });
  expect(order(both, receipt('b', { xid: '10' }))).toEqual([1, -1]);
});

test('after a promotion the timeline tells, as the numbers may begin anew', () => {
  const before = receipt('a', { xid: '99', began: { xid: '98', timeline: 1 } });
  const after = receipt('b', { xid: '50', began: { xid: '49', timeline: 2 }, at: earlier });
  expect(order(before, after)).toEqual([-1, 1]);
  // Within one timeline it is the number.
  const later = receipt('c', { xid: '100', began: { xid: '1', timeline: 1 }, at: earlier });
  expect(order(before, later)).toEqual([-1, 1]);
  const unsaid = receipt('c', { xid: '60', began: { xid: '1', timeline: null }, at: earlier });
  expect(order(after, unsaid)).toEqual([-1, 1]);
  // If one of them does not have its timeline, the number decides.
  const unknown = receipt('c', { xid: '50', began: { xid: '49', timeline: null } });
  expect(order(before, unknown)).toEqual([1, -1]);
  expect(order(unknown, { ...before, head: { ...before.head, at: earlier } })).toEqual([-1, 1]);
});

test('the clock tells where a number is missing or the same, and of two databases', () => {
  expect(order(receipt('b', { at: earlier }), receipt('a', { xid: '1' }))).toEqual([-1, 1]);
  expect(order(receipt('b'), receipt('a', { at: earlier, xid: '1' }))).toEqual([1, -1]);
  expect(order(receipt('b', { at: earlier, xid: '5' }), receipt('a', { xid: '5' }))).toEqual([-1, 1]);
  expect(
    order(receipt('b', { at: earlier, xid: '9', identity: 'other' }), receipt('a', { xid: '1' })),
  ).toEqual([-1, 1]);
});

test('at the same moment the id tells, so that there is one order only', () => {
  expect(order(receipt('a'), receipt('b'))).toEqual([-1, 1]);
});

test('the newest is first, and each database keeps its places', () => {
  const at = (second: number) => `2026-11-23T04:15:0${second}Z`;
  const list = [
    // With the clock set back: the server says that `late` came after `early`.
    receipt('late', { at: at(1), xid: '20' }),
    receipt('early', { at: at(4), xid: '10' }),
    receipt('other', { at: at(2), identity: 'other', xid: '7' }),
    receipt('last', { at: at(5), identity: 'other', xid: '8' }),
  ];
  expect(names(list)).toEqual(['last', 'late', 'other', 'early']);
  expect(names(list.toReversed())).toEqual(['last', 'late', 'other', 'early']);
});
