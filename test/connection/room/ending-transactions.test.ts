import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { EndingTransactions } from '../../../source/connection/room/ending-transactions.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A transaction whose work may be done before it has ended. */
function begin(ending: EndingTransactions) {
  const [work, end] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  ending.begins(end.promise, work.promise);
  const done = () => {
    work.resolve();
    return vi.advanceTimersByTimeAsync(0);
  };
  return { done, end: end.resolve, fail: () => end.reject(new Error('the connection is lost')) };
}

/** Whether the next transaction begins within so many milliseconds. */
async function hasRoom(ending: EndingTransactions, within = 0): Promise<boolean> {
  let begins = false;
  void ending.room().then(() => (begins = true));
  await vi.advanceTimersByTimeAsync(within);
  return begins;
}

test.each(['end', 'fail'] as const)('the next transaction waits for a connection until its %s', async how => {
  const ending = new EndingTransactions();
  const first = begin(ending);
  expect(await hasRoom(ending)).toBe(true);
  await first.done();
  expect(await hasRoom(ending, 900)).toBe(false);
  first[how]();
  expect(await hasRoom(ending)).toBe(true);
});

test('it waits no longer than a second, as for a server that does not answer', async () => {
  const ending = new EndingTransactions();
  await begin(ending).done();
  expect(await hasRoom(ending, 1_000)).toBe(true);
});

test('it does not wait while another connection is open and free', async () => {
  const ending = new EndingTransactions();
  const [first, second] = [begin(ending), begin(ending)];
  await first.done();
  expect(await hasRoom(ending)).toBe(false);
  second.end();
  await vi.advanceTimersByTimeAsync(0);
  expect(await hasRoom(ending)).toBe(true);
});
