import { describe, expect, test } from 'vitest';
import { SessionLog } from '../../../source/watch/run/session-log.ts';
import type { SeenSession, SessionNames } from '../../../source/watch/session-activity.ts';

const names: SessionNames = {
  tables: ['presets'],
  count: 'usage_count',
  records: ['preset_usage'],
  functions: ['track_preset_usage'],
};
const session = (more: Partial<SeenSession>): SeenSession => ({
  pid: 1,
  application: 'web',
  user: 'app',
  client: null,
  state: 'idle',
  query: 'UPDATE presets SET usage_count = 1',
  wrote: false,
  transactionFrom: null,
  queryFrom: 0,
  stateFrom: 0,
  ...more,
});
// The server's clock is an hour ahead of this machine's.
const ahead = 3_600_000;
const look = (log: SessionLog, at: number, ...sessions: SeenSession[]) =>
  log.add(
    { sessions, hidden: 0, waiting: 0, awaited: null, now: at + ahead },
    { sent: at, answered: at, sentAt: at, answeredAt: at },
    names,
  );
const pids = (log: SessionLog, from: number, to: number) => log.between(from, to).map(({ pid }) => pid);

describe('the sessions that were seen', () => {
  test('have times of this machine’s clock: work that ended before or began after does not count', () => {
    const log = new SessionLog();
    const idle = (pid: number, from: number, to: number) =>
      session({ pid, queryFrom: from + ahead, stateFrom: to + ahead });
    look(log, 1_000, idle(1, 100, 200), idle(2, 450, 550), idle(3, 700, 800));
    expect(pids(log, 300, 600)).toEqual([2]);
    expect(pids(log, 0, 1_000)).toEqual([1, 2, 3]);
  });

  test('that are still working have written nothing visible', () => {
    const log = new SessionLog();
    const open = session({ state: 'idle in transaction', wrote: true, transactionFrom: 900 + ahead });
    look(log, 1_000, open);
    expect(pids(log, 0, 1_000)).toEqual([]);
    look(log, 2_000, open);
    expect(pids(log, 0, 2_000)).toEqual([]);
    // It has ended, and shows only its last statement; it is reported once, with what it was seen doing.
    look(log, 3_000, session({ query: 'COMMIT', stateFrom: 2_500 + ahead }));
    expect(log.between(2_000, 3_000)).toMatchObject([
      { pid: 1, query: 'UPDATE presets SET usage_count = 1', state: 'idle', from: 900 },
    ]);
  });

  test('that hold nothing they wrote may have committed a moment ago, and not be idle yet', () => {
    const log = new SessionLog();
    const at = 900 + ahead;
    const committing = session({ pid: 1, state: 'active', transactionFrom: at, queryFrom: at });
    const writing = session({ pid: 2, state: 'active', transactionFrom: at, queryFrom: at, wrote: true });
    const reading = session({ pid: 3, state: 'active', query: 'SELECT * FROM presets', queryFrom: at });
    look(log, 1_000, committing, writing, reading);
    expect(log.between(0, 1_000)).toMatchObject([{ pid: 1, activity: 'sets-count', state: 'active' }]);
    expect(pids(log, 0, 800)).toEqual([]);
  });

  test('of which this role may see no times began at the latest when they were first seen', () => {
    const log = new SessionLog();
    const hidden = session({
      state: null,
      query: null,
      queryFrom: null,
      stateFrom: null,
      holdsRepairLock: true,
    });
    look(log, 1_000, hidden);
    look(log, 3_000, hidden);
    // A batch of the repair was committed, and the repair still runs.
    expect(log.between(500, 2_000)).toMatchObject([{ pid: 1, activity: 'repairs', from: 1_000 }]);
    look(log, 4_000);
    expect(log.between(500, 2_000)).toMatchObject([{ pid: 1, activity: 'repairs', from: 1_000 }]);
    expect(pids(log, 100, 900)).toEqual([]);
  });

  test('that are gone have ended in between, and so has a transaction followed by another', () => {
    const log = new SessionLog();
    const at = (pid: number, from: number) =>
      session({ pid, state: 'active', wrote: true, transactionFrom: from + ahead });
    look(log, 1_000, at(1, 900), at(2, 950));
    look(log, 2_000, at(2, 1_800));
    expect(pids(log, 1_000, 2_000)).toEqual([1, 2]);
  });

  test('are counted by client at reads with and without an event', () => {
    const log = new SessionLog();
    const web = { application: 'web', user: 'app', client: null };
    const legacy = { ...web, application: 'legacy-api' };
    for (let at = 1; at <= 10; at++) {
      const now = { queryFrom: at * 1_000 + ahead, stateFrom: at * 1_000 + ahead };
      const also = at === 3 || at === 7 ? [session({ pid: 2, application: 'legacy-api', ...now })] : [];
      look(log, at * 1_000, session(now), ...also);
      if (at === 3) log.wasEventfulSince(2_000);
      // Found by an audit, which runs less often: two ticks fall into that time.
      if (at === 8) log.wasEventfulSince(6_000);
    }
    expect(log.otherwise(legacy)).toEqual({ seen: 0, of: 7 });
    expect(log.otherwise(web)).toEqual({ seen: 7, of: 7 });
    expect(log.otherwise({ ...web, user: 'nobody' })).toEqual({ seen: 0, of: 7 });
  });
});
