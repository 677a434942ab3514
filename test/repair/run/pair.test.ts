import { expect, test } from 'vitest';
import type { FullPlan } from '../../../source/repair/plan/draft.ts';
import { mayPair } from '../../../source/repair/run/pair.ts';

const small = { count: 1_000, bytes: 200_000 };
const plan = (records: object | null, recordsToRestore = 1_000, unique = true) =>
  ({
    recordsToRestore,
    evidence: { column: { unique } },
    receipt: { batches: [{ records: small }, { records }] },
  }) as unknown as FullPlan;

test.each([
  ['of small records', plan(small), true],
  ['of a batch without records', plan(null), true],
  ['of large records, which take the memory of two batches', plan({ count: 50, bytes: 4_000_000 }), false],
  ['of records whose size an older version did not note', plan({ count: 1_000 }), false],
  ['of a batch that is long to read again', plan({ count: 20_001, bytes: 4_000_000 }), false],
  ['without a unique key, where a record could be put back twice', plan(small, 1_000, false), false],
  ['of counts alone', plan(null, 0), false],
])('two batches at a time: an undo %s', (_, undo, may) => {
  expect(mayPair(undo)).toBe(may);
});

test.each([
  ['of counts alone', false],
  ['of records', true],
])('two batches at a time: a reset %s', (_, deleteHistory) => {
  const reset = { ...plan(null, 0), action: 'reset', options: { deleteHistory } } as unknown as FullPlan;
  expect(mayPair(reset)).toBe(deleteHistory);
});
