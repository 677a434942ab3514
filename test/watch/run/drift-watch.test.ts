import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { QueryTiming } from '../../../source/connection/query-timing.ts';
import type { Database } from '../../../source/connection/transactions.ts';
import type { DriftEvent } from '../../../source/watch/drift-event.ts';
import { DriftWatch } from '../../../source/watch/run/drift-watch.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../../helpers/database.ts';
import { type DriftBench, watchDrift } from '../../helpers/drift-bench.ts';
import { needsPooler, type Pooler, startPooler } from '../../helpers/pooler.ts';
import { RepairBench } from '../../helpers/repair-bench.ts';
import { scaled } from '../../helpers/scale.ts';
import { startTraffic } from '../../helpers/traffic.ts';

let own: TestDatabase;
let ids: string[];
let database: Database;
let legacy: postgres.Sql;
let bench: DriftBench | undefined;

beforeAll(async () => {
  own = await createDatabase();
});
afterAll(() => own.drop());

beforeEach(async () => {
  await own.sql`TRUNCATE presets, preset_usage CASCADE`;
  ids = await insertPresets(own.sql, ['Noir', 'Pastel', 'Watercolour']);
  for (const id of ids) await insertRecords(own.sql, id, 10);
  database = connectTo(own.url);
  legacy = postgres(own.url, { max: 1, onnotice: () => {}, connection: { application_name: 'legacy-api' } });
});
afterEach(async () => {
  bench?.watch.stop();
  bench = undefined;
  await Promise.all([database.close(), legacy.end()]);
});

/** Starts to watch, and waits until everything was read. */
async function begin(from = database, onScreen: readonly string[] = ids): Promise<DriftBench> {
  const begun = watchDrift(from, onScreen);
  bench = begun;
  await begun.until(() => begun.seen.audits > 0 && begun.seen.ticks > 1, 'the first looks');
  return begun;
}

const told = ({ preset, change }: DriftEvent) => [preset.name, change.kind, change.countBy, change.recordsBy];
const byHand = (id: string) => legacy`UPDATE presets SET usage_count = usage_count + 1 WHERE id = ${id}`;

describe('in the act', () => {
  test('a client that increments by hand during healthy traffic is seen, with its statement but no literals', async () => {
    const traffic = startTraffic(own.url, ids, 4);
    try {
      const { events, until } = await begin();
      await until(() => traffic.made() > 50, 'traffic');
      expect(events).toEqual([]);
      await legacy.begin(async sql => {
        await sql`INSERT INTO preset_usage (preset_id, usage_type) VALUES (${ids[1]!}, 'generation')`;
        await sql.unsafe(
          `UPDATE presets SET usage_count = usage_count + 1, name = 'Pastel' WHERE id = '${ids[1]}'`,
        );
        await sql`SELECT pg_sleep(0.1)`;
      });
      const event = await until(() => events[0], 'the event');
      expect(event.preset).toEqual({ id: ids[1], name: 'Pastel' });
      expect(event.change.countBy - (event.change.recordsBy ?? 0)).toBe(1);
      expect(event.at).toBeGreaterThanOrEqual(event.since);
      expect(event.writers.seen.map(({ application }) => application)).toContain('legacy-api');
      expect(JSON.stringify(event)).not.toContain("'Pastel'");
      await until(() => traffic.made() > 200, 'more traffic');
      expect(events).toHaveLength(1);
    } finally {
      expect(await traffic.stop()).toEqual([]);
    }
  });

  test('of an idle connection its last statement is seen, and it comes first', async () => {
    const traffic = startTraffic(own.url, ids, 2);
    try {
      const { events, until } = await begin();
      await byHand(ids[0]!);
      const event = await until(() => events[0], 'the event');
      const [here] = await own.sql`SELECT host(inet_client_addr()) AS address`;
      expect(event.writers.seen[0]).toMatchObject({
        application: 'legacy-api',
        user: 'postgres',
        client: here?.address,
        activity: 'sets-count',
        query: 'UPDATE presets SET usage_count = usage_count + 1 WHERE id = $1',
        state: 'idle',
      });
      expect(event.writers).toMatchObject({ hidden: 0, direct: true });
      // The console's own sessions are not among them.
      expect(JSON.stringify(event.writers)).not.toContain('preset-usage-console');
    } finally {
      await traffic.stop();
    }
  });

  test('a transaction that was seen open and has ended is named by its last statement', async () => {
    const { events, until, seen } = await begin();
    await legacy.begin(async sql => {
      await sql`UPDATE presets SET usage_count = 77 WHERE id = ${ids[0]!}`;
      const before = seen.ticks;
      await until(() => seen.ticks > before + 2, 'a tick in the middle of it');
      // What is not committed is not visible.
      expect(events).toEqual([]);
    });
    const event = await until(() => events[0], 'the event');
    expect(event.writers.seen[0]).toMatchObject({ application: 'legacy-api', activity: 'sets-count' });
  });

  test('a record that was not counted, a count set by hand and one that became NULL', async () => {
    const { events, until } = await begin();
    await own.sql`ALTER TABLE preset_usage DISABLE TRIGGER USER`;
    try {
      await legacy`INSERT INTO preset_usage (preset_id, usage_type) VALUES (${ids[0]!}, 'generation')`;
    } finally {
      await own.sql`ALTER TABLE preset_usage ENABLE TRIGGER USER`;
    }
    await until(() => events.length === 1, 'the first event');
    await legacy`UPDATE presets SET usage_count = 3 WHERE id = ${ids[1]!}`;
    await until(() => events.length === 2, 'the second event');
    await legacy`UPDATE presets SET usage_count = NULL WHERE id = ${ids[2]!}`;
    await until(() => events.length === 3, 'the third event');
    expect(events.map(told)).toEqual([
      ['Noir', 'not-counted', 0, 1],
      ['Pastel', 'went-down', -7, 0],
      ['Watercolour', 'became-null', -10, 0],
    ]);
    expect(events.map(({ writers }) => writers.seen[0]?.application)).toEqual([
      'legacy-api',
      'legacy-api',
      'legacy-api',
    ]);
    expect(events[0]?.writers.seen[0]?.activity).toBe('inserts-records');
  });

  test('presets off the screen are covered by audits, with the writers', async () => {
    const { events, until } = await begin(database, [ids[0]!]);
    await byHand(ids[2]!);
    const event = await until(() => events[0], 'the event');
    expect(told(event)).toEqual(['Watercolour', 'count-without-record', 1, 0]);
    expect(event.writers.seen[0]).toMatchObject({ application: 'legacy-api' });
  });

  test('what is done while it is paused is told with the writers', async () => {
    const { watch, events, until, seen } = await begin();
    watch.setPaused(true);
    const paused = Date.now();
    await byHand(ids[0]!);
    watch.setPaused(false);
    const before = seen.ticks;
    const event = await until(() => events[0], 'the event');
    expect(seen.ticks).toBeGreaterThanOrEqual(before);
    // The read before it may have been answered later than it was paused.
    expect(event.since).toBeLessThanOrEqual(event.at);
    expect(event.at).toBeGreaterThanOrEqual(paused);
    expect(event.writers.seen[0]).toMatchObject({ application: 'legacy-api' });
  });

  test('a role that may not see what others run learns how many sessions are hidden', async () => {
    const role = `drift_${own.name}`;
    await own.sql
      .unsafe(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'; GRANT SELECT ON presets, preset_usage TO ${role}`)
      .simple();
    const limited = connectTo(own.urlAs(role, 'secret'));
    try {
      const { watch, events, until } = await begin(limited);
      await byHand(ids[0]!);
      const hidden = await until(() => events[0], 'the event');
      expect(hidden.writers.hidden).toBeGreaterThan(0);
      expect(hidden.writers.seen).toEqual([]);
      await own.sql.unsafe(`GRANT pg_read_all_stats TO ${role}`);
      await byHand(ids[0]!);
      const shown = await until(() => events[1], 'the second event');
      expect(shown.writers).toMatchObject({ hidden: 0, seen: [{ application: 'legacy-api' }] });
      watch.stop();
    } finally {
      await limited.close();
      await own.sql.unsafe(`DROP OWNED BY ${role}; DROP ROLE ${role}`).simple();
    }
  });
});

describe('no event', () => {
  test('for thousands of correct uses by eight clients, while ticks and audits overlap', async () => {
    const wanted = scaled(1_000, 20_000);
    const traffic = startTraffic(own.url, ids, 8);
    try {
      const { events, settle, focus } = await begin();
      // Uses may be faster than the first looks: each set of presets on screen has its turn all the same.
      for (let turn = 0; turn < 3 || traffic.made() < wanted; turn++) {
        // What is on screen comes and goes.
        focus.ids = ids.slice(turn % 3);
        await settle();
      }
      expect(events).toEqual([]);
    } finally {
      expect(await traffic.stop()).toEqual([]);
    }
  });

  test('for presets that are deleted and created again, and records deleted with their count', async () => {
    const { events, settle } = await begin();
    await own.sql`DELETE FROM presets WHERE id = ${ids[0]!}`;
    await settle();
    await own.sql`INSERT INTO presets (id, name, usage_count) VALUES (${ids[0]!}, 'Noir', 99)`;
    await settle();
    await own.sql.begin(async sql => {
      await sql`DELETE FROM preset_usage WHERE preset_id = ${ids[1]!}`;
      await sql`UPDATE presets SET usage_count = 0 WHERE id = ${ids[1]!}`;
    });
    await settle();
    expect(events).toEqual([]);
  });

  test('for rows that a policy hides and shows again', async () => {
    const role = `hidden_${own.name}`;
    await own.sql
      .unsafe(
        `CREATE ROLE ${role} LOGIN PASSWORD 'secret'; GRANT SELECT ON presets, preset_usage TO ${role};
         ALTER TABLE preset_usage ENABLE ROW LEVEL SECURITY; CREATE POLICY every ON preset_usage USING (true)`,
      )
      .simple();
    const limited = connectTo(own.urlAs(role, 'secret'));
    try {
      const { watch, events, settle } = await begin(limited);
      for (let i = 0; i < 5; i++) {
        await own.sql`ALTER POLICY every ON preset_usage USING (created_at < '2000-01-01')`;
        await settle();
        await own.sql`ALTER POLICY every ON preset_usage USING (true)`;
        await settle();
      }
      expect(events).toEqual([]);
      watch.stop();
    } finally {
      await limited.close();
      await own.sql
        .unsafe(`DROP POLICY every ON preset_usage; ALTER TABLE preset_usage DISABLE ROW LEVEL SECURITY;
          DROP OWNED BY ${role}; DROP ROLE ${role}`)
        .simple();
    }
  });

  test('for rows that a policy hides between reading the tables and the counters of one tick', async () => {
    const role = `between_${own.name}`;
    await own.sql
      .unsafe(
        `CREATE ROLE ${role} LOGIN PASSWORD 'secret'; GRANT SELECT ON presets, preset_usage TO ${role};
         ALTER TABLE preset_usage ENABLE ROW LEVEL SECURITY; CREATE POLICY every ON preset_usage USING (true)`,
      )
      .simple();
    const limited = connectTo(own.urlAs(role, 'secret'));
    let armed = false;
    const read: Database['read'] = (work, options) =>
      limited.read(
        reader =>
          work({
            ...reader,
            rows: async (text, parameters) => {
              // The statement of the counters on the screen, and of the sessions.
              if (armed && text.includes('AS sessions FROM')) {
                armed = false;
                await own.sql`ALTER POLICY every ON preset_usage USING (created_at < '2000-01-01')`;
              }
              return reader.rows(text, parameters);
            },
          }),
        options,
      );
    try {
      const { watch, events, settle, until } = await begin(
        Object.create(limited, { read: { value: read } }) as Database,
      );
      armed = true;
      await until(() => !armed, 'the tick that the policy comes into');
      await settle();
      expect(events).toEqual([]);
      watch.stop();
    } finally {
      await limited.close();
      await own.sql
        .unsafe(`DROP POLICY every ON preset_usage; ALTER TABLE preset_usage DISABLE ROW LEVEL SECURITY;
          DROP OWNED BY ${role}; DROP ROLE ${role}`)
        .simple();
    }
  });

  test('for this console’s own repairs, but for the next change by others', async () => {
    const repairs = await RepairBench.open();
    try {
      const [a = '', b = ''] = await insertPresets(repairs.own.sql, ['Noir', 'Pastel']);
      await insertRecords(repairs.own.sql, a, 10);
      await insertRecords(repairs.own.sql, b, 20);
      await repairs.setCounts({ Noir: 3, Pastel: 99 });
      const { watch, events, settle, until } = await begin(repairs.connect(repairs.own.url), [a]);
      const sync = await repairs.plan('sync');
      watch.ownWrites(sync.changes.map(({ id }) => id));
      await repairs.run(sync);
      await settle();
      watch.ownWrites(null);
      await settle();
      const reset = await repairs.plan('reset');
      // As fast as a repair may be: there is no read in between.
      watch.ownWrites(reset.changes.map(({ id }) => id));
      const outcome = await repairs.run(reset);
      watch.ownWrites(null);
      await settle();
      const undo = await repairs.plan('undo', { receipt: outcome.receiptId });
      watch.ownWrites('all');
      await repairs.run(undo);
      watch.ownWrites(null);
      await settle();
      expect(events).toEqual([]);
      await repairs.setCounts({ Pastel: 98 });
      expect(told(await until(() => events[0], 'the event'))).toEqual([
        'Pastel',
        'count-without-record',
        78,
        0,
      ]);
      watch.stop();
    } finally {
      await repairs.close();
    }
  });

  test('for a lost connection, but changes in the meantime are reported', async () => {
    const { events, until, seen } = await begin();
    const cut = () =>
      own.sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = current_database() AND application_name = 'preset-usage-console'`;
    const lose = async () => {
      const { failures } = seen;
      while (seen.failures === failures) await cut();
    };
    const traffic = startTraffic(own.url, ids, 2);
    try {
      await lose();
      const { ticks } = seen;
      await until(() => seen.ticks > ticks + 2, 'the connection');
      expect(events).toEqual([]);
      await lose();
      await byHand(ids[0]!);
      const event = await until(() => events[0], 'the event');
      expect(event.change.countBy - (event.change.recordsBy ?? 0)).toBe(1);
      expect(events).toHaveLength(1);
    } finally {
      expect(await traffic.stop()).toEqual([]);
    }
  });
});

describe('reads that overlap', () => {
  const tables = {
    definition: { row: { touched: 'used' }, record: { amount: null }, onDelete: 'keeps' },
    presets: { oid: 1, key: 'id', count: 'c' },
    records: { oid: 2, preset: 'p' },
    hiddenBy: [],
  };
  const glance = (sentAt: number, answeredAt: number): QueryTiming => ({
    sentAt,
    answeredAt,
    sent: sentAt,
    answered: answeredAt,
  });
  const look = (drift: DriftWatch, usageCount: number, records: number, at: QueryTiming, means = tables) =>
    drift.compare(means as never, [{ id: 'a', name: 'a', usageCount, records, lastUsedAt: null }], at);

  test('are compared only if one was sent after the other was answered', () => {
    const drift = new DriftWatch();
    expect(look(drift, 10, 10, glance(1, 2))).toBe(false);
    expect(look(drift, 11, 10, glance(5, 6))).toBe(true);
    // A page of an audit that was queried earlier and answered late: its snapshot may be older.
    expect(look(drift, 10, 10, glance(3, 9))).toBe(false);
    expect(look(drift, 11, 10, glance(10, 11))).toBe(false);
    expect(look(drift, 10, 10, glance(12, 13))).toBe(true);
  });

  test('wait for sessions that were asked for once the read was answered: those before may not have written yet', () => {
    const drift = new DriftWatch();
    const sampled = (at: QueryTiming) =>
      drift.sampled({ now: 0, hidden: 0, waiting: 0, awaited: null, sessions: [] }, at, {
        direct: true,
        tables: { ...tables, definition: { ...tables.definition, source: { kind: 'built-in' } } } as never,
      });
    look(drift, 10, 10, glance(1, 2));
    look(drift, 11, 10, glance(4, 5));
    sampled(glance(3, 7));
    expect(drift.ready()).toEqual([]);
    sampled(glance(6, 8));
    expect(drift.ready()).toHaveLength(1);
    // Read in one statement with its sessions.
    const together = glance(9, 10);
    sampled(together);
    look(drift, 12, 10, together);
    expect(drift.ready()).toHaveLength(2);
  });

  test('during the console’s own writes are not compared, nor with reads from before', () => {
    const drift = new DriftWatch();
    look(drift, 10, 12, glance(1, 2));
    drift.ownWrites(['a']);
    const during = performance.now();
    expect(look(drift, 12, 12, glance(during, during))).toBe(false);
    drift.ownWrites(null);
    expect(look(drift, 11, 12, glance(during, performance.now() + 1))).toBe(false);
    const after = performance.now() + 2;
    expect(look(drift, 12, 12, glance(after, after))).toBe(false);
    expect(look(drift, 13, 12, glance(after + 1, after + 2))).toBe(true);
    // So quick that there was no read in between.
    drift.ownWrites(['a']);
    drift.ownWrites(null);
    const later = performance.now() + 5;
    expect(look(drift, 12, 12, glance(later, later))).toBe(false);
  });

  test('of a whole table keep a limited number of events, and count the others', () => {
    const drift = new DriftWatch();
    const many = (usageCount: number) =>
      Array.from({ length: 300 }, (_, id) => ({
        id: String(id),
        name: '',
        usageCount,
        records: 10,
        lastUsedAt: null,
      }));
    drift.compare(tables as never, many(10), glance(1, 2));
    drift.compare(tables as never, many(0), glance(3, 4));
    const { events, more } = drift.take('now');
    expect([events.length, more]).toEqual([200, 100]);
    expect(drift.take('now')).toEqual({ events: [], more: 0 });
  });

  test('of other tables, or across rows that were hidden, are not compared', () => {
    const drift = new DriftWatch();
    look(drift, 10, 10, glance(1, 2));
    expect(look(drift, 11, 10, glance(3, 4), { ...tables, records: { oid: 3, preset: 'p' } })).toBe(false);
    look(drift, 10, 10, glance(5, 6));
    expect(look(drift, 10, 2, glance(7, 8), { ...tables, hiddenBy: ['a policy'] as never })).toBe(false);
    expect(look(drift, 11, 10, glance(9, 10))).toBe(false);
  });
});

describe('behind a transaction pooler', needsPooler(), () => {
  let pooler: Pooler;
  beforeAll(async () => {
    pooler = await startPooler(own.url);
  });
  afterAll(() => pooler.stop());

  test('correct uses are no events, a wrong one is, and the console’s own sessions are not writers', async () => {
    const through = connectTo(pooler.through(own.url));
    const traffic = startTraffic(own.url, ids, 4);
    try {
      const { events, until, watch } = await begin(through);
      await until(() => traffic.made() > 200, 'traffic');
      expect(events).toEqual([]);
      await byHand(ids[0]!);
      const { writers } = await until(() => events[0], 'the event');
      expect(writers.direct).toBe(false);
      expect(writers.seen[0]).toMatchObject({ application: 'legacy-api', activity: 'sets-count' });
      expect(JSON.stringify(writers)).not.toContain('preset-usage-console');
      watch.stop();
    } finally {
      await traffic.stop();
      await through.close();
    }
  });
});
