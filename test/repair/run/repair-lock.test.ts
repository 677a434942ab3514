import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { holdRepairLock } from '../../../source/repair/run/repair-lock.ts';
import { keepIdleTransaction, tryRepairLock } from '../../../source/repair/sql/repair-lock.ts';
import { FakeDatabase } from '../../helpers/fake-database.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const timeouts = { timeout: 30, lockTimeout: 2 };
const free = (text: string) => (text === tryRepairLock ? [{ mine: true }] : []);
const signs = ({ statements }: FakeDatabase) => statements.filter(text => text === 'SELECT 1').length;
/** Whether a promise has come to its end by now. */
const isOver = async (promise: Promise<unknown>) => {
  let over = false;
  promise.then(
    () => (over = true),
    () => (over = true),
  );
  await vi.advanceTimersByTimeAsync(0);
  return over;
};

describe('the claim', () => {
  test('is held in an open transaction until its release', async () => {
    const fake = new FakeDatabase(free);
    const release = await holdRepairLock(fake.database, timeouts);
    expect(fake.statements).toEqual([keepIdleTransaction, tryRepairLock]);
    expect(fake.writes).toEqual([timeouts]);
    await release();
    expect(fake.statements.at(-1)).toBe('ROLLBACK');
    expect(fake.closed).toBe(1);
  });

  test('runs a statement every ten seconds, and none after its release', async () => {
    const fake = new FakeDatabase(free);
    const release = await holdRepairLock(fake.database, timeouts);
    await vi.advanceTimersByTimeAsync(9_999);
    expect(signs(fake)).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(signs(fake)).toBe(1);
    await vi.advanceTimersByTimeAsync(50_000);
    expect(signs(fake)).toBe(6);
    await release();
    expect(vi.getTimerCount()).toBe(0);
    expect(signs(fake)).toBe(6);
  });

  const holder = {
    pid: 4711,
    application: 'psql',
    user: 'ada',
    client: '10.0.0.5',
    since: 1_795_000_000_000,
  };
  const taken = (text: string) =>
    text === tryRepairLock ? [{ mine: false }] : text.includes('pg_locks') ? [holder] : [];

  test('of another session is waited for as long as any lock, and then refused with its holder', async () => {
    const fake = new FakeDatabase(taken);
    const claiming = holdRepairLock(fake.database, timeouts);
    const refusal = expect(claiming).rejects.toMatchObject({
      code: 'another-write',
      exitCode: 4,
      message:
        'Another repair of these counts is running: server process 4711 (psql as ada from 10.0.0.5, since 2026-11-18 11:06:40 UTC) holds its lock.',
      hint: expect.stringContaining('pg_terminate_backend(4711)'),
    });
    await vi.advanceTimersByTimeAsync(1_999);
    expect(await isOver(claiming)).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await refusal;
    expect(fake.closed).toBe(1);
  });

  test('that is released meanwhile is taken', async () => {
    let tries = 0;
    const fake = new FakeDatabase(text => {
      if (text !== tryRepairLock) return [];
      tries += 1;
      return [{ mine: tries === 4 }];
    });
    const claiming = holdRepairLock(fake.database, timeouts);
    // Retried after 10, 20 and 40 ms.
    await vi.advanceTimersByTimeAsync(69);
    expect(await isOver(claiming)).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await (await claiming)();
    expect(tries).toBe(4);
  });

  test('is not waited for after an abort', async () => {
    const stop = new AbortController();
    const fake = new FakeDatabase(taken);
    const claiming = holdRepairLock(fake.database, timeouts, false, stop.signal);
    const refusal = expect(claiming).rejects.toMatchObject({ exitCode: 130 });
    await vi.advanceTimersByTimeAsync(100);
    stop.abort();
    await vi.advanceTimersByTimeAsync(0);
    await refusal;
    expect(fake.closed).toBe(1);
  });

  test('that is lost later is released without an error', async () => {
    const fake = new FakeDatabase(text => {
      if (text === 'SELECT 1') throw new Error('terminated');
      return free(text);
    });
    const release = await holdRepairLock(fake.database, timeouts);
    await vi.advanceTimersByTimeAsync(10_000);
    await expect(release()).resolves.toBeUndefined();
    expect(fake.closed).toBe(1);
  });

  test('is not taken in the demo, whose one session is everybody’s', async () => {
    const fake = new FakeDatabase(free, { demo: true });
    const release = await holdRepairLock(fake.database, timeouts);
    await release();
    expect(fake.opened).toBe(0);
  });
});

describe('behind a pooler', () => {
  /** A pooler whose only other connection is free after some milliseconds. */
  const pooler = (busyFor: number) =>
    new FakeDatabase(async text => {
      if (text === 'SELECT 1') await new Promise(resolve => setTimeout(resolve, busyFor));
      return free(text);
    });

  test('it is held where another connection can be had within a second', async () => {
    const fake = pooler(999);
    const claiming = holdRepairLock(fake.database, timeouts, true);
    await vi.advanceTimersByTimeAsync(999);
    const release = await claiming;
    expect(fake.statements).not.toContain('ROLLBACK');
    await release();
  });

  test('it is released if none can', async () => {
    const fake = pooler(5_000);
    const claiming = holdRepairLock(fake.database, timeouts, true);
    await vi.advanceTimersByTimeAsync(999);
    expect(await isOver(claiming)).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await isOver(claiming)).toBe(true);
    expect(fake.statements).toContain('ROLLBACK');
    expect(fake.closed).toBe(1);
  });

  test('an error of that check does not count as a lack of connections', async () => {
    const fake = new FakeDatabase(text => {
      if (text === 'SELECT 1') throw new Error('no');
      return free(text);
    });
    const release = await holdRepairLock(fake.database, timeouts, true);
    expect(fake.statements).not.toContain('ROLLBACK');
    await release();
  });
});
