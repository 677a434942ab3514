import { expect, test } from 'vitest';
import { ConsoleError } from '../../../source/errors/errors.ts';
import { PacedRead } from '../../../source/watch/run/paced-read.ts';

let now = 0;
let reads: string[] = [];
const paced = (turn: number) => {
  now = 1_000;
  reads = [];
  return new PacedRead(new AbortController().signal, turn, () => now);
};
/** Tries to read, which takes that many milliseconds; true if it was not too soon. */
async function tries(watch: PacedRead, of: string, took: number, error?: Error): Promise<boolean> {
  const before = reads.length;
  await watch.run(of, async () => {
    reads.push(of);
    now += took;
    if (error) throw error;
  });
  return reads.length > before;
}

test('the same is read again after 30 seconds, or a hundred times as long as it took', async () => {
  const watch = paced(0);
  expect(await tries(watch, 'a', 10)).toBe(true);
  now += 29_000;
  expect(await tries(watch, 'a', 10)).toBe(false);
  now += 1_000;
  expect(await tries(watch, 'a', 1_000)).toBe(true);
  now += 99_000;
  expect(await tries(watch, 'a', 10)).toBe(false);
  now += 1_000;
  expect(await tries(watch, 'a', 10)).toBe(true);
});

test('something else is read at once, or after a pause that is its share', async () => {
  const free = paced(0);
  expect(await tries(free, 'a', 500)).toBe(true);
  expect(await tries(free, 'b', 500)).toBe(true);
  const shared = paced(10);
  expect(await tries(shared, 'a', 500)).toBe(true);
  now += 4_999;
  expect(await tries(shared, 'b', 500)).toBe(false);
  now += 1;
  expect(await tries(shared, 'b', 500)).toBe(true);
});

test('what failed is not read again for ten minutes, and what is no error of the database is not hidden', async () => {
  const watch = paced(0);
  const error = new ConsoleError({ code: 'statement-timeout', message: 'm', hint: 'h', exitCode: 3 });
  expect(await tries(watch, 'a', 10, error)).toBe(true);
  now += 599_000;
  expect(await tries(watch, 'a', 10)).toBe(false);
  now += 1_000;
  expect(await tries(watch, 'a', 10)).toBe(true);
  await expect(tries(watch, 'b', 10, new TypeError('x'))).rejects.toThrow('x');
});

test('an outage is no reason to wait longer, and what is forgotten is read at once', async () => {
  const watch = paced(0);
  const error = new ConsoleError({ code: 'connection-lost', message: 'm', hint: 'h', exitCode: 3 });
  expect(await tries(watch, 'a', 10, error)).toBe(true);
  now += 30_000;
  expect(await tries(watch, 'a', 10)).toBe(true);
  expect(await tries(watch, 'a', 10)).toBe(false);
  watch.forget();
  expect(await tries(watch, 'a', 10)).toBe(true);
});

test('one read runs at a time', async () => {
  const watch = paced(0);
  const answer = Promise.withResolvers<void>();
  const first = watch.run('a', () => answer.promise);
  expect(watch.isBusy).toBe(true);
  expect(await tries(watch, 'b', 1)).toBe(false);
  answer.resolve();
  await first;
  expect(watch.isBusy).toBe(false);
  expect(await tries(watch, 'b', 1)).toBe(true);
});
