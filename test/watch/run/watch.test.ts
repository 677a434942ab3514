import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import { ConsoleError } from '../../../source/errors/errors.ts';
import { Watch } from '../../../source/watch/run/watch.ts';
import type { Focus, WatchEvent } from '../../../source/watch/watch-event.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../../helpers/database.ts';
import { needsFullScale } from '../../helpers/needs.ts';
import { type EmbeddedServer, startEmbedded } from '../../helpers/server.ts';

let own: TestDatabase;
beforeAll(async () => {
  own = await createDatabase();
});
afterAll(() => own.drop());

let database: Database;
let watch: Watch | undefined;
beforeEach(() => {
  database = connectTo(own.url);
});
afterEach(async () => {
  vi.useRealTimers();
  watch?.stop();
  watch = undefined;
  await database.close();
  await own.sql`TRUNCATE presets, preset_usage CASCADE`;
});

type Of<T extends WatchEvent['type']> = Extract<WatchEvent, { type: T }>;

/** Starts a watch and hands its events out one by one, in the order they came. */
function watching(of: Database, focus: Focus = { ids: [], detail: null, answers: false }, interval = 20) {
  const events: WatchEvent[] = [];
  let wake = () => {};
  const current = { focus };
  watch = new Watch(of, {
    counter: 'public',
    interval,
    firstRows: 10,
    focus: () => current.focus,
    onEvent(event) {
      events.push(event);
      wake();
    },
  });
  return {
    current,
    events,
    async next<T extends WatchEvent['type']>(
      type: T,
      which: (event: Of<T>) => boolean = () => true,
    ): Promise<Of<T>> {
      for (;;) {
        const event = events.shift();
        if (!event) await new Promise<void>(resolve => (wake = resolve));
        else if (event.type === type && which(event as Of<T>)) return event as Of<T>;
      }
    },
  };
}

describe('a watch', () => {
  test('starts with the server, the first counters and the trigger', async () => {
    const [id] = await insertPresets(own.sql, ['Noir']);
    await insertRecords(own.sql, id!, 3);
    const seen = watching(database);
    const { inspected: look, counters } = await seen.next('connected');
    const { trigger } = await seen.next('trigger');
    expect(look.server.database).toBe(own.name);
    expect(look.label).toMatch(/local|remote/);
    expect(counters).toMatchObject([{ name: 'Noir', usageCount: 3, records: 3 }]);
    expect(trigger.healthy).toBe(true);
  });

  test('then audits every preset, and ticks for what is in focus', async () => {
    const [a, b] = await insertPresets(own.sql, ['a', 'b']);
    const seen = watching(database, { ids: [b!], detail: null, answers: false });
    const done = await seen.next('audit-done');
    expect(done.summary.totals).toMatchObject({ rows: 2, accurate: 2 });
    await insertRecords(own.sql, a!, 1);
    await insertRecords(own.sql, b!, 2);
    const tick = await seen.next('tick', event => event.counters[0]?.usageCount === 2);
    expect(tick.asked).toEqual([b]);
    expect(tick.counters).toMatchObject([{ id: b, usageCount: 2, records: 2 }]);
  });

  test('sees that sessions wait for a row, and for which if the server tells', async () => {
    const [id, other] = await insertPresets(own.sql, ['Noir', 'Pastel']);
    const seen = watching(database, { ids: [other!], detail: null, answers: false });
    expect((await seen.next('tick')).contention).toBeNull();
    for (const [name, write] of [
      // A transaction that refers to the row by a foreign key waits without a lock on the row.
      [null, (sql: postgres.Sql) => insertRecords(sql, id!, 1)],
      ['Noir', (sql: postgres.Sql) => sql`UPDATE presets SET usage_count = usage_count WHERE id = ${id!}`],
    ] as const) {
      const others = postgres(own.url, { max: 3 });
      const held = await others.reserve();
      let writes: Promise<unknown>[] = [];
      try {
        await held`BEGIN`;
        await held`UPDATE presets SET usage_count = usage_count WHERE id = ${id!}`;
        writes = [1, 2].map(async () => write(others));
        const { contention } = await seen.next('tick', event => event.contention?.waiting === 2);
        expect(contention).toEqual({ name, table: 'public.presets', waiting: 2 });
      } finally {
        await held`ROLLBACK`;
        held.release();
        await Promise.all(writes);
        await others.end();
      }
      await seen.next('tick', event => event.contention === null);
    }
  });

  test('sees rows being hidden and shown again, by policies and by grants', needsFullScale(), async () => {
    const role = `watcher_${own.name}`;
    await own.sql
      .unsafe(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'; GRANT SELECT ON presets, preset_usage TO ${role}`)
      .simple();
    const limited = connectTo(own.urlAs(role, 'secret'));
    try {
      const seen = watching(limited);
      await seen.next('tick', ({ inspected: look }) => look.tables.hiddenBy.length === 0);
      await own.sql`ALTER TABLE preset_usage ENABLE ROW LEVEL SECURITY`;
      const { inspected: look } = await seen.next(
        'tick',
        event => event.inspected.tables.hiddenBy.length > 0,
      );
      expect(look.tables.seenBy).toContain('postgres (superuser)');
      await own.sql`CREATE POLICY every ON preset_usage USING (true)`;
      await seen.next('tick', event => event.inspected.tables.hiddenBy.length === 0);
      await own.sql`DROP POLICY every ON preset_usage`;
      await seen.next('tick', event => event.inspected.tables.hiddenBy.length > 0);
      await own.sql`ALTER TABLE preset_usage DISABLE ROW LEVEL SECURITY`;
      await seen.next('tick', event => event.inspected.tables.hiddenBy.length === 0);
      await own.sql.unsafe(`REVOKE SELECT ON preset_usage FROM ${role}`);
      expect((await seen.next('failure')).error).toMatchObject({ code: 'permission-denied' });
    } finally {
      watch?.stop();
      await limited.close();
      await own.sql
        .unsafe(`DROP POLICY IF EXISTS every ON preset_usage; ALTER TABLE preset_usage DISABLE ROW LEVEL SECURITY;
        DROP OWNED BY ${role}; DROP ROLE ${role}`)
        .simple();
    }
  });

  test('sees the trigger go as soon as it is disabled', async () => {
    const seen = watching(database);
    await seen.next('tick', event => event.trigger!.healthy);
    await own.sql`ALTER TABLE preset_usage DISABLE TRIGGER USER`;
    try {
      const tick = await seen.next('tick', event => !event.trigger!.healthy);
      expect(tick.trigger?.triggers[0]?.enabled).toBe('disabled');
    } finally {
      await own.sql`ALTER TABLE preset_usage ENABLE TRIGGER USER`;
    }
  });

  test('never runs two ticks at a time, however long the answer takes', async () => {
    let open = 0;
    let most = 0;
    const slow: Database = {
      ...database,
      async read(work, options) {
        open += 1;
        most = Math.max(most, open);
        try {
          return await database.read(async reader => {
            await reader.rows('SELECT pg_sleep(0.03)');
            return work(reader);
          }, options);
        } finally {
          open -= 1;
        }
      },
    };
    const seen = watching(slow, undefined, 1);
    await seen.next('audit-done');
    most = 0;
    const ticks: number[] = [];
    for (let i = 0; i < 3; i++) ticks.push((await seen.next('tick')).pace);
    expect(most).toBe(1);
    // A slow answer makes the pause before the next question longer: ten times as long as the answer took.
    for (const pace of ticks) expect(pace).toBeGreaterThan(300);
  });

  test('ticks faster while somebody waits for a change, but not on a slow database', async () => {
    const seen = watching(database, undefined, 60_000);
    await seen.next('audit-done');
    seen.current.focus = { ids: [], detail: null, urgent: true, answers: false };
    watch!.tickSoon();
    const fast = await seen.next('tick', ({ pace }) => pace < 60_000);
    expect(fast.pace).toBeGreaterThanOrEqual(500);
    // The next one comes without a key, long before the minute is over.
    const again = await seen.next('tick');
    expect(again.at - fast.at).toBeGreaterThanOrEqual(490);
    watch!.stop();
    const slow: Database = {
      ...database,
      read: (work, options) =>
        database.read(async reader => {
          await reader.rows('SELECT pg_sleep(0.08)');
          return work(reader);
        }, options),
    };
    const late = watching(slow, { ids: [], detail: null, urgent: true, answers: false }, 60_000);
    expect((await late.next('tick')).pace).toBeGreaterThan(800);
  });

  test('ticks faster as soon as a key asks for it, even while an answer is pending', async () => {
    const seen = watching(database, undefined, 60_000);
    let asked = 0;
    // The tick has sent its query; the key arrives before the answer.
    Object.defineProperty(seen.current, 'focus', {
      get: () => ({ ids: [], detail: null, urgent: asked++ > 0 }),
    });
    expect((await seen.next('tick')).pace).toBeLessThan(60_000);
  });

  test('reads nothing while paused, except on refresh', async () => {
    const seen = watching(database);
    await seen.next('tick');
    watch!.setPaused(true);
    await insertPresets(own.sql, ['new']);
    watch!.refresh();
    const done = await seen.next('audit-done', event => event.summary.totals.rows === 1);
    expect(done.summary.totals.rows).toBe(1);
  });

  test('reports a preset that was deleted', async () => {
    const [a] = await insertPresets(own.sql, ['a']);
    const seen = watching(database, { ids: [a!], detail: null, answers: false });
    await seen.next('tick', event => event.counters.length === 1);
    await own.sql`DELETE FROM presets`;
    const tick = await seen.next('tick', event => event.counters.length === 0);
    expect(tick.asked).toEqual([a]);
  });

  test('reads the details of the preset that is open', async () => {
    const [a] = await insertPresets(own.sql, ['a']);
    await insertRecords(own.sql, a!, 2);
    const seen = watching(database, { ids: [a!], detail: { id: a!, days: 14 }, answers: false });
    const { detail } = await seen.next('tick');
    expect(detail).toMatchObject({
      id: a,
      value: { latest: [{ type: 'generation' }, { type: 'generation' }] },
    });
    expect(detail?.value.perDay.at(-1)).toBe(2);
  });

  test('reads the newest record for help, but not with each tick, and immediately on refresh', async () => {
    const [a] = await insertPresets(own.sql, ['a']);
    await insertRecords(own.sql, a!, 1);
    // By itself it would be read again after ten seconds, which may pass on a slow machine.
    vi.useFakeTimers({ toFake: ['Date'] });
    const seen = watching(database, { ids: [a!], detail: null, answers: false });
    expect((await seen.next('tick')).newest).toBeNull();
    seen.current.focus = { ids: [a!], detail: null, answers: true };
    const tick = await seen.next('tick', event => event.newest !== null);
    expect(tick.newest?.value?.newest).toMatchObject({ name: 'a', type: 'generation', preset: a });
    for (let i = 0; i < 3; i++) expect((await seen.next('tick')).newest).toBeNull();
    await insertPresets(own.sql, ['b']);
    await own.sql`INSERT INTO preset_usage (preset_id, usage_type) SELECT id, 'view' FROM presets WHERE name = 'b'`;
    watch!.refresh();
    // Ticks that began before it have none. The clock stands still, so nothing else would have it read again.
    const again = await seen.next('tick', event => event.newest !== null);
    expect(again.newest?.value?.newest).toMatchObject({ name: 'b', type: 'view' });
  });

  test('goes on without the newest record if this role may not read it', async () => {
    const role = `types_${process.pid}`;
    await own.sql
      .unsafe(
        `CREATE ROLE ${role} LOGIN PASSWORD 'secret'; GRANT SELECT ON presets TO ${role};
         GRANT SELECT (id, preset_id, created_at) ON preset_usage TO ${role}`,
      )
      .simple();
    const limited = connectTo(own.urlAs(role, 'secret'));
    try {
      const seen = watching(limited, { ids: [], detail: null, answers: true });
      const { error } = await seen.next('failure');
      expect(error.exitCode).toBe(3);
      // Not `refresh`, which would ask for the newest record again.
      watch!.setPaused(false);
      await seen.next('connected');
      expect((await seen.next('tick')).newest).toBeNull();
    } finally {
      watch!.stop();
      await limited.close();
      await own.sql.unsafe(`DROP OWNED BY ${role}; DROP ROLE ${role}`).simple();
    }
  });

  test('survives a column that a migration renames under it, and reads on when it is back', async () => {
    await insertPresets(own.sql, ['a']);
    const seen = watching(database);
    await seen.next('tick');
    await own.sql`ALTER TABLE presets RENAME usage_count TO uses`;
    const { error } = await seen.next('failure');
    expect(error).toMatchObject({ exitCode: 3 });
    await own.sql`ALTER TABLE presets RENAME uses TO usage_count`;
    watch!.refresh();
    await seen.next('connected');
  });
});

test('what the server refuses is retried once soon, then rarely', async () => {
  const seen = watching(database);
  await seen.next('tick');
  await own.sql`ALTER TABLE presets RENAME usage_count TO uses`;
  try {
    const first = await seen.next('failure');
    const second = await seen.next('failure');
    expect(first.retryAt - first.at).toBeLessThan(second.retryAt - second.at);
  } finally {
    await own.sql`ALTER TABLE presets RENAME uses TO usage_count`;
  }
});

describe('a server that goes away', () => {
  test('without an answer is retried as soon as any other, however long the wait was', async () => {
    let reads = 0;
    const silent: Database = {
      ...database,
      async read(work, options) {
        reads += 1;
        if (reads === 1) return database.read(work, options);
        await new Promise(resolve => setTimeout(resolve, 300));
        throw new ConsoleError({ code: 'connection-lost', message: 'Lost.', hint: 'Again.', exitCode: 3 });
      },
    };
    const seen = watching(silent);
    const pauses: number[] = [];
    while (pauses.length < 2) {
      const { at, retryAt } = await seen.next('failure');
      pauses.push(retryAt - at);
    }
    expect(pauses[0]).toBeLessThan(1_000);
    expect(pauses[1]).toBeLessThan(2_000);
  });

  let server: EmbeddedServer;
  beforeAll(async () => {
    server = await startEmbedded();
  });
  afterAll(() => server.stop());

  test('is a failure with the time of the next try, and the watch goes on when the server is back', async () => {
    const apart = connectTo(server.url);
    try {
      const sql = postgres(server.url, { max: 1, onnotice: () => {} });
      await sql`CREATE TABLE presets (id integer PRIMARY KEY, name text, usage_count integer, last_used_at timestamptz)`;
      await sql`CREATE TABLE preset_usage (id integer PRIMARY KEY, preset_id integer, created_at timestamptz)`;
      await sql`INSERT INTO presets VALUES (1, 'one', 0, NULL)`;
      await sql.end();
      const seen = watching(apart, { ids: ['1'], detail: null, answers: false });
      await seen.next('tick');
      await server.kill();
      const failure = await seen.next('failure');
      expect(failure.error.code).toMatch(/^connection-(lost|refused)$/);
      expect(failure.retryAt).toBeGreaterThan(failure.at);
      const second = await seen.next('failure');
      expect(second.retryAt - second.at).toBeGreaterThanOrEqual(failure.retryAt - failure.at);
      await server.start();
      await seen.next('connected');
      await seen.next('tick', event => event.counters.length === 1);
    } finally {
      await apart.close();
    }
  });
});
