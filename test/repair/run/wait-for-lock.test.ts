import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { anotherWrite, waitForLock } from '../../../source/repair/run/wait-for-lock.ts';
import type { LockHolder } from '../../../source/repair/sql/repair-lock.ts';
import { FakeDatabase } from '../../helpers/fake-database.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Requests a lock that is never granted, for 2 s; returns the times of the requests. */
async function askedAt(signal?: AbortSignal) {
  const asked: number[] = [];
  const start = performance.now();
  const fake = new FakeDatabase();
  const waiting = fake.database
    .read(reader =>
      waitForLock(
        reader,
        async () => {
          asked.push(Math.round(performance.now() - start));
          return null;
        },
        2,
        signal,
      ),
    )
    .catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(10_000);
  return { asked, came: await waiting };
}

test('a lock is asked for after 10 ms, twice as long each time, 200 ms at the longest, and at the end once more', async () => {
  const { asked, came } = await askedAt();
  expect(asked.slice(0, 8)).toEqual([0, 10, 30, 70, 150, 310, 510, 710]);
  expect(asked.slice(-2)).toEqual([1_910, 2_000]);
  expect(came).toMatchObject({ code: 'another-write', exitCode: 4 });
});

test('stop ends the wait with nothing', async () => {
  const { asked, came } = await askedAt(AbortSignal.abort());
  expect([asked, came]).toEqual([[0], null]);
});

const nobody: LockHolder = { pid: 4711, application: null, user: null, client: null, since: null };
const since = Date.UTC(2026, 10, 23, 4, 15, 54);

test.each<[Partial<LockHolder>, string]>([
  [{}, 'server process 4711'],
  [{ application: 'psql' }, 'server process 4711 (psql)'],
  [{ user: 'ada', client: '10.0.0.5' }, 'server process 4711 (as ada from 10.0.0.5)'],
  [{ since }, 'server process 4711 (since 2026-11-23 04:15:54 UTC)'],
  [{ application: 'psql', since }, 'server process 4711 (psql, since 2026-11-23 04:15:54 UTC)'],
])('a session of which %j is known is described by that', (known, words) => {
  expect(anotherWrite({ ...nobody, ...known })).toMatchObject({
    message: `Another repair of these counts is running: ${words} holds its lock.`,
    hint: expect.stringMatching(/If that session is stuck.*pg_terminate_backend\(4711\)$/),
  });
});

test('if the session has ended, none is named', () => {
  expect(anotherWrite(null)).toMatchObject({
    message: 'Another repair of these counts is running.',
    hint: expect.stringContaining('preset-usage receipts shows what it did'),
  });
});
