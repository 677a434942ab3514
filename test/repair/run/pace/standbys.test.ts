import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Database } from '../../../../source/connection/transactions.ts';
import { Standbys } from '../../../../source/repair/run/pace/standbys.ts';
import { FakeDatabase } from '../../../helpers/fake-database.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const megabyte = 1024 * 1024;
const manyRows = 100_000;

/** A standby that tells how many megabytes it is behind, by the second in which it is asked. */
function standbyThat(isBehind: (second: number) => number): Standbys {
  const start = performance.now();
  const rows = async () => [{ pid: 1, behind: isBehind((performance.now() - start) / 1_000) * megabyte }];
  return new Standbys({ read: work => work({ rows }) } as Database);
}

/** What is told while a repair waits, in megabytes, after as many seconds. */
async function told(standbys: Standbys, after: number): Promise<number[]> {
  await vi.advanceTimersByTimeAsync(after * 1_000);
  const behind = new Set<number>();
  const waiting = (async () => {
    for await (const bytes of standbys.wait()) behind.add(bytes / megabyte);
  })();
  await vi.advanceTimersByTimeAsync(60_000);
  await waiting;
  return [...behind];
}

test('a standby that tells every ten seconds how far it is, is waited for', async () => {
  const standbys = standbyThat(second => (second < 1 ? 0 : second < 12 ? 90 : second < 23 ? 40 : 10));
  await standbys.begin(manyRows);
  expect(await told(standbys, 1)).toEqual([90, 40]);
  expect([standbys.stuck, Math.round(standbys.waited / 1_000)]).toEqual([0, 22]);
});

test('one that comes no closer is waited for half a minute, and not again', async () => {
  const standbys = standbyThat(second => (second < 1 ? 0 : 90 + second));
  await standbys.begin(manyRows);
  await told(standbys, 1);
  expect([standbys.stuck, Math.round(standbys.waited / 1_000)]).toEqual([1, 30]);
  expect(await told(standbys, 1)).toEqual([]);
});

test('one that was far behind at the beginning may not be as far again', async () => {
  const standbys = standbyThat(second => (second < 1 ? 1_000 : second < 100 ? 0 : second < 102 ? 40 : 10));
  await standbys.begin(manyRows);
  expect(await told(standbys, 1)).toEqual([]);
  expect(await told(standbys, 40)).toEqual([40]);
});

test.each([
  [512, 0],
  [513, 1],
])('before %i rows are written, it is asked %i times which standbys there are', async (rows, times) => {
  const fake = new FakeDatabase();
  await new Standbys(fake.database).begin(rows);
  expect(fake.statements).toHaveLength(times);
});
