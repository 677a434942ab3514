import { describe, expect, test } from 'vitest';
import type { Reader } from '../../../source/connection/transactions.ts';
import type { FullPlan } from '../../../source/repair/plan/draft.ts';
import type { Batch } from '../../../source/repair/run/batch.ts';
import { mayPair, Pair } from '../../../source/repair/run/pair.ts';

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

const resetOf = (deleteHistory: boolean) =>
  ({ ...plan(null, 0), action: 'reset', options: { deleteHistory } }) as unknown as FullPlan;

test.each([
  ['of counts alone', false],
  ['of records', true],
])('two batches at a time: a reset %s', (_, deleteHistory) => {
  expect(mayPair(resetOf(deleteHistory))).toBe(deleteHistory);
});

describe('of two batches, where the connection of one is lost', () => {
  const reader = { rows: async () => [{ pid: 1 }] } as unknown as Reader;
  const batches = ['one', 'other'].map(name => ({ name })) as unknown as [Batch, Batch];
  /** Work on a connection that is lost, and when it is under way. */
  const losing = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const work = () => {
      resolve();
      return new Promise<string>(() => {});
    };
    return { work, underWay: promise };
  };
  const done = async () => 'done';

  test.each(['begin', 'write'] as const)('the other one does not wait for it to %s', async step => {
    const pair = new Pair(resetOf(true));
    const [one, other] = batches;
    const take = (batch: Batch, work: () => Promise<string>) =>
      step === 'begin' ? pair.begin(batch, reader, work) : pair.write(batch, work);
    if (step === 'write') for (const each of batches) await pair.begin(each, reader, done);
    const { work, underWay } = losing();
    const lost = take(one, work);
    const next = take(other, done);
    await underWay;
    pair.ended(one);
    expect(await next).toBe('done');
    await expect(lost).rejects.toThrow('the batch has ended');
  });

  test('it is not written later', async () => {
    const pair = new Pair(resetOf(true));
    const [one, other] = batches;
    for (const each of batches) await pair.begin(each, reader, done);
    const writing = Promise.withResolvers<string>();
    const first = pair.write(one, () => writing.promise);
    const written: string[] = [];
    const lost = pair.write(other, async () => written.push('other'));
    pair.ended(other);
    writing.resolve('done');
    await first;
    await expect(lost).rejects.toThrow('the batch has ended');
    expect(written).toEqual([]);
  });
});
