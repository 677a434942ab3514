import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import { auditCounters } from '../../../source/counter/audit/audit-counters.ts';
import { planAudit, readAuditPage } from '../../../source/counter/audit/audit-pages.ts';
import { type Counter, drift } from '../../../source/counter/counter.ts';
import { readTables, type Tables } from '../../../source/counter/discovery/tables.ts';
import { readCounters, readMostUsed } from '../../../source/counter/reading/counters.ts';
import { findPresets } from '../../../source/counter/reading/find-presets.ts';
import { readLastRecords } from '../../../source/counter/reading/last-records.ts';
import { readPresetDetail } from '../../../source/counter/reading/preset-detail.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../../helpers/database.ts';
import { waitFor } from '../../helpers/wait.ts';

let own: TestDatabase;
let database: Database;

beforeAll(async () => {
  own = await createDatabase();
  database = connectTo(own.url);
});
afterAll(async () => {
  await database.close();
  await own.drop();
});
beforeEach(async () => {
  await own.sql`TRUNCATE presets, preset_usage, users CASCADE`;
});

const tables = () => database.read(reader => readTables(reader, 'public'));

async function collect(found: Tables): Promise<{ counters: Counter[]; pages: number }> {
  const counters: Counter[] = [];
  let pages = 0;
  await auditCounters(database, found, {
    scope: 'all',
    onPage(page) {
      counters.push(...page.counters);
      pages += 1;
    },
  });
  return { counters, pages };
}

describe('an audit', () => {
  test('counts accurate, too high, too low and NULL counters, and sums them', async () => {
    const [right, high, low, none] = await insertPresets(own.sql, ['right', 'high', 'low', 'null']);
    for (const id of [right, high, low, none]) await insertRecords(own.sql, id!, 3);
    await own.sql`UPDATE presets SET usage_count = 5 WHERE id = ${high!}`;
    await own.sql`UPDATE presets SET usage_count = 1 WHERE id = ${low!}`;
    await own.sql`UPDATE presets SET usage_count = NULL WHERE id = ${none!}`;
    const wrong: Counter[] = [];
    const summary = await auditCounters(database, await tables(), {
      scope: 'mismatched',
      onPage: page => wrong.push(...page.counters),
    });
    expect(summary.totals).toEqual({
      rows: 4,
      accurate: 1,
      mismatched: 3,
      tooHigh: 1,
      tooLow: 2,
      records: 12,
    });
    expect(Object.fromEntries(wrong.map(counter => [counter.name, drift(counter)]))).toEqual({
      high: 2,
      low: -2,
      null: -3,
    });
  });

  test('of nothing finds nothing', async () => {
    const summary = await auditCounters(database, await tables(), { scope: 'mismatched' });
    expect(summary.totals.rows).toBe(0);
    expect(summary.orphans).toBe(0);
  });

  test('in many pages sees every preset once, and says the same as one plain query', async () => {
    await own.sql`INSERT INTO presets (name) SELECT 'preset ' || i FROM generate_series(1, 5000) i`;
    await own.sql`
      INSERT INTO preset_usage (preset_id, usage_type)
      SELECT id, 'generation' FROM presets, generate_series(1, 40) WHERE random() < 0.5`;
    await own.sql`UPDATE presets SET usage_count = usage_count + 1 WHERE random() < 0.01`;
    await own.sql`VACUUM ANALYZE`;
    const { counters, pages } = await collect(await tables());
    expect(pages).toBeGreaterThan(2);
    expect(new Set(counters.map(({ id }) => id)).size).toBe(5000);
    expect(counters).toHaveLength(5000);
    const plain = await own.sql<{ id: string; records: number }[]>`
      SELECT p.id, count(u.id)::int AS records FROM presets p LEFT JOIN preset_usage u ON u.preset_id = p.id GROUP BY p.id`;
    const expected = new Map(plain.map(({ id, records }) => [id, records]));
    for (const counter of counters) expect(counter.records).toBe(expected.get(counter.id));
    // A table that was never analyzed, or has grown since, is cut alike.
    const planned = async () => {
      const found = await tables();
      return database.read(reader => planAudit(reader, found, 'all'));
    };
    const plan = await planned();
    for (const rows of [-1, 3]) {
      await own.sql`UPDATE pg_class SET reltuples = ${rows} WHERE oid = 'presets'::regclass`;
      expect(await planned()).toEqual(plan);
    }
  });

  test('begins no transaction for a page while the last has just begun, and another once it takes long', async () => {
    await insertPresets(own.sql, ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
    await own.sql`INSERT INTO preset_usage (preset_id, usage_type) SELECT id, 'x' FROM presets, generate_series(1, 50)`;
    await own.sql`VACUUM ANALYZE presets, preset_usage`;
    const found = await tables();
    // In milliseconds.
    const audit = async (pageTakes: number) => {
      let now = 0;
      let transactions = 0;
      let pages = 0;
      const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
      const counted: Database = {
        ...database,
        read(work, options) {
          transactions += 1;
          return database.read(
            reader =>
              work({
                async rows(text, ...more) {
                  const rows = await reader.rows(text, ...more);
                  if (text.includes('audited')) now += pageTakes;
                  return rows;
                },
              }),
            options,
          );
        },
      };
      try {
        const { totals } = await auditCounters(counted, found, {
          scope: 'mismatched',
          onPage: () => {
            pages += 1;
          },
        });
        expect(totals).toMatchObject({ rows: 8, accurate: 8 });
      } finally {
        clock.mockRestore();
      }
      expect(pages).toBeGreaterThan(2);
      return { transactions, pages };
    };
    // One makes the plan, and two read.
    expect(await audit(0)).toMatchObject({ transactions: 3 });
    const { transactions, pages } = await audit(1000);
    expect(transactions).toBe(1 + pages);
  });

  test('in pages never reads the whole table of records, also where one preset has most of them', async () => {
    const [id = ''] = await insertPresets(own.sql, ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
    await own.sql`INSERT INTO preset_usage (preset_id, usage_type) SELECT id, 'x' FROM presets, generate_series(1, 500)`;
    await own.sql`INSERT INTO preset_usage (preset_id, usage_type) SELECT ${id}, 'x' FROM generate_series(1, 20000)`;
    await own.sql`VACUUM ANALYZE`;
    const found = await tables();
    const plans: string[] = [];
    const explained: Database = {
      ...database,
      read: (work, options) =>
        database.read(
          reader =>
            work({
              ...reader,
              async rows(text, ...more) {
                if (text.includes('audited')) {
                  // As a server of many more records weighs it.
                  await reader.rows("SELECT set_config('random_page_cost', '40', true)");
                  plans.push(JSON.stringify(await reader.rows(`EXPLAIN ${text}`, ...more)));
                }
                return reader.rows(text, ...more);
              },
            }),
          options,
        ),
    };
    const { totals } = await auditCounters(explained, found, { scope: 'mismatched' });
    expect(totals).toMatchObject({ rows: 8, accurate: 8, records: 24_000 });
    expect(plans.length).toBeGreaterThan(2);
    for (const plan of plans) expect(plan).not.toContain('Seq Scan on preset_usage');
  });

  test('counts records whose preset is gone as orphans, in every stretch of keys, and NULLs too', async () => {
    await own.sql`ALTER TABLE preset_usage DROP CONSTRAINT preset_usage_preset_id_fkey`;
    await own.sql`ALTER TABLE preset_usage ALTER preset_id DROP NOT NULL`;
    try {
      await own.sql`INSERT INTO presets (name) SELECT 'preset ' || i FROM generate_series(1, 3000) i`;
      await own.sql`INSERT INTO preset_usage (preset_id, usage_type) SELECT id, 'x' FROM presets`;
      await own.sql`INSERT INTO preset_usage (preset_id, usage_type) SELECT gen_random_uuid(), 'x' FROM generate_series(1, 50)`;
      await own.sql`
        INSERT INTO preset_usage (preset_id, usage_type)
        VALUES ('00000000-0000-0000-0000-000000000000', 'x'), ('ffffffff-ffff-ffff-ffff-ffffffffffff', 'x'), (NULL, 'x')`;
      await own.sql`VACUUM ANALYZE`;
      const found = await tables();
      const plan = await database.read(reader => planAudit(reader, found, 'all'));
      expect(plan.ranges.length).toBeGreaterThan(1);
      const summary = await auditCounters(database, found, { scope: 'mismatched' });
      expect(summary.orphans).toBe(53);
      expect(summary.totals).toMatchObject({ rows: 3000, accurate: 3000, records: 3000 });
    } finally {
      await own.sql`TRUNCATE presets, preset_usage`;
      await own.sql`ALTER TABLE preset_usage ALTER preset_id SET NOT NULL`;
      await own.sql`ALTER TABLE preset_usage ADD FOREIGN KEY (preset_id) REFERENCES presets ON DELETE CASCADE`;
    }
  });

  test('of a table that was never vacuumed, or without an index, is one scan with the same result', async () => {
    const [id] = await insertPresets(own.sql, ['only']);
    await insertRecords(own.sql, id!, 10);
    await own.sql`DROP INDEX idx_preset_usage_preset_created`;
    try {
      const found = await tables();
      expect(found.records.indexed).toBe(false);
      const { counters, pages } = await collect(found);
      expect(pages).toBe(1);
      expect(counters).toMatchObject([{ name: 'only', usageCount: 10, records: 10 }]);
    } finally {
      await own.sql`CREATE INDEX idx_preset_usage_preset_created ON preset_usage (preset_id, created_at DESC)`;
    }
  });

  test('passes on the counters of a page only if one of them changed, or if they are needed', async () => {
    const ids = await insertPresets(own.sql, ['a', 'b']);
    await insertRecords(own.sql, ids[0]!, 2);
    const found = await tables();
    const first = await auditCounters(database, found, { scope: 'all' });
    let passed: Counter[] = [];
    let isSame = false;
    const again = (memory: typeof first.memory) =>
      auditCounters(database, found, {
        scope: 'all',
        memory,
        onPage: page => {
          passed = page.counters;
          isSame = page.isSame;
        },
      });
    const second = await again(first.memory);
    expect([passed, isSame]).toEqual([[], true]);
    expect(second.totals).toEqual(first.totals);
    await own.sql`UPDATE presets SET name = 'renamed' WHERE id = ${ids[1]!}`;
    const third = await again(second.memory);
    expect(passed.map(({ name }) => name).sort()).toEqual(['a', 'renamed']);
    await own.sql`DELETE FROM presets WHERE id = ${ids[1]!}`;
    await again(third.memory);
    expect([passed.map(({ name }) => name), isSame]).toEqual([['a'], false]);
    // What was read otherwise meanwhile has to be read again, also if it is as it was.
    await auditCounters(database, found, {
      scope: 'all',
      memory: third.memory,
      isKnown: () => false,
      onPage: page => {
        passed = page.counters;
      },
    });
    expect(passed.map(({ name }) => name)).toEqual(['a']);
  });

  test('that fails reports why, not that its other half was interrupted', async () => {
    await own.sql`INSERT INTO presets (name) SELECT 'preset ' || i FROM generate_series(1, 5000) i`;
    await own.sql`INSERT INTO preset_usage (preset_id, usage_type) SELECT id, 'x' FROM presets, generate_series(1, 3)`;
    await own.sql`VACUUM ANALYZE`;
    const found = await tables();
    for (let round = 0; round < 8; round += 1) {
      let pages = 0;
      // A cancel that arrives late would hit the next round's statement on the same connection.
      const database = connectTo(own.url);
      const failing: Database = {
        ...database,
        read: (work, options) =>
          database.read(
            reader =>
              work({
                rows(text, ...more) {
                  if (text.includes('audited')) pages += 1;
                  // The first pages come through; then one fails while the other is under way.
                  const fails = text.includes('audited') && pages === 2 + (round % 2);
                  return fails ? reader.rows('SELECT 1 / 0') : reader.rows(text, ...more);
                },
              }),
            options,
          ),
      };
      await expect(auditCounters(failing, found, { scope: 'all' })).rejects.toMatchObject({
        code: 'server-error',
      });
      await database.close();
    }
  });

  test('stops on request, and reports that it was interrupted', async () => {
    const abort = new AbortController();
    abort.abort();
    await expect(
      auditCounters(database, await tables(), { scope: 'all', signal: abort.signal }),
    ).rejects.toMatchObject({ code: 'interrupted', exitCode: 130 });
  });

  test('cancels the statement that runs', async () => {
    const abort = new AbortController();
    const sleeping = database.read(reader => reader.rows('SELECT pg_sleep(600)'), { signal: abort.signal });
    await waitFor(async () => {
      const [row] =
        await own.sql`SELECT count(*)::int AS n FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid()`;
      return row?.n === 1;
    }, 'the statement to run');
    abort.abort();
    await expect(sleeping).rejects.toMatchObject({ code: 'interrupted' });
    await waitFor(async () => {
      const [row] =
        await own.sql`SELECT count(*)::int AS n FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid()`;
      return row?.n === 0;
    }, 'the statement to be gone');
  });
});

describe('live inserts', () => {
  test('never look like drift, neither to an audit nor to a tick', async () => {
    const ids = await insertPresets(
      own.sql,
      Array.from({ length: 40 }, (_, i) => `preset ${i}`),
    );
    await own.sql`INSERT INTO preset_usage (preset_id, usage_type) SELECT id, 'old' FROM presets, generate_series(1, 200)`;
    await own.sql`VACUUM ANALYZE`;
    const found = await tables();
    let writing = true;
    let uses = 0;
    const writer = async (seed: number) => {
      for (let i = seed; writing; i += 7) {
        await own.sql`SELECT track_preset_usage(${ids[i % ids.length]!}, 'generation')`;
        uses += 1;
      }
    };
    const writers = [1, 2, 3].map(writer);
    let looks = 0;
    try {
      const before = uses;
      while (looks < 60 || uses - before < 300) {
        const summary = await auditCounters(database, found, { scope: 'mismatched' });
        expect(summary.totals.mismatched).toBe(0);
        const { counters } = await collect(found);
        expect(counters.filter(counter => drift(counter) !== 0)).toEqual([]);
        const tick = await database.read(reader => readCounters(reader, found, ids));
        expect(tick.filter(counter => drift(counter) !== 0)).toEqual([]);
        looks += 3;
      }
    } finally {
      writing = false;
      await Promise.all(writers);
    }
  });
});

describe('a tick', () => {
  test('reads only the requested presets; those that are gone are missing', async () => {
    const [a, b] = await insertPresets(own.sql, ['a', 'b', 'c']);
    await insertRecords(own.sql, a!, 4);
    await own.sql`DELETE FROM presets WHERE id = ${b!}`;
    const found = await tables();
    const counters = await database.read(reader => readCounters(reader, found, [a!, b!]));
    expect(counters).toEqual([
      { id: a, name: 'a', usageCount: 4, records: 4, lastUsedAt: expect.any(Number) },
    ]);
  });

  test('of the most used has them all with their records, as long as there are not too many to count at once', async () => {
    const ids = await insertPresets(own.sql, ['one', 'nine', 'null']);
    await own.sql`UPDATE presets SET usage_count = 1 WHERE id = ${ids[0]!}`;
    await own.sql`UPDATE presets SET usage_count = 9 WHERE id = ${ids[1]!}`;
    await own.sql`UPDATE presets SET usage_count = NULL WHERE id = ${ids[2]!}`;
    const found = await tables();
    const most = async (limit: number) => {
      const counters = await database.read(reader => readMostUsed(reader, found, limit));
      return Object.fromEntries(counters.map(({ name, records }) => [name, records]));
    };
    expect(await most(3)).toEqual({ one: 0, nine: 0, null: 0 });
    expect(await most(2)).toEqual({ one: 0, nine: 0 });
    await own.sql`UPDATE presets SET usage_count = 2000000000 WHERE id = ${ids[0]!}`;
    expect(await most(2)).toEqual({ one: null, nine: null });
  });

  test('writes nothing: the transaction is READ ONLY', async () => {
    await expect(
      database.read(reader => reader.rows("INSERT INTO public.presets (name) VALUES ('x') RETURNING id")),
    ).rejects.toMatchObject({ cause: { code: '25006' } });
  });
});

describe('one preset', () => {
  test('has its latest records, newest first, and its uses of each day', async () => {
    const [id] = await insertPresets(own.sql, ['a']);
    await own.sql`
      INSERT INTO preset_usage (preset_id, usage_type, created_at)
      SELECT ${id!}, 'kind ' || d, now() - make_interval(days => d) FROM unnest(ARRAY[0, 0, 1, 3, 100]) d`;
    const found = await tables();
    const detail = await database.read(reader => readPresetDetail(reader, found, id!, 7));
    expect(detail.perDay).toEqual([0, 0, 0, 1, 0, 1, 2]);
    expect(detail.latest.map(({ type }) => type)).toEqual([
      'kind 0',
      'kind 0',
      'kind 1',
      'kind 3',
      'kind 100',
    ]);
    expect(detail.newestAt).toBe(detail.latest[0]?.at);
    const last = await database.read(reader => readLastRecords(reader, found, [id!]));
    expect(last.get(id!)).toBe(detail.newestAt);
  });

  test('is found by its id or its name, and an unknown name is an error', async () => {
    const ids = await insertPresets(own.sql, ['Noir', "it's"]);
    await own.sql`INSERT INTO presets (name) VALUES ('Noir')`;
    const found = await tables();
    const find = (wanted: string[]) => database.read(reader => findPresets(reader, found, wanted));
    expect(await find([ids[1]!])).toEqual([ids[1]]);
    expect(await find(["it's"])).toEqual([ids[1]]);
    expect(await find(['Noir'])).toHaveLength(2);
    await expect(find(['Noir', "x'; DROP TABLE presets"])).rejects.toMatchObject({
      code: 'no-such-preset',
      exitCode: 3,
    });
  });
});

test('a page of an audit has the same checksum while nothing changes', async () => {
  const [id] = await insertPresets(own.sql, ['a']);
  const found = await tables();
  const page = (known: string | null) =>
    database.read(reader => readAuditPage(reader, found, { after: null, upTo: null }, 'all', known));
  const first = await page(null);
  expect((await page(first.checksum)).counters).toBeNull();
  await own.sql`UPDATE presets SET last_used_at = now() WHERE id = ${id!}`;
  expect((await page(first.checksum)).counters).toHaveLength(1);
});
