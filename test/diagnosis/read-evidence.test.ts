import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../source/connection/transactions.ts';
import type { Counter } from '../../source/counter/counter.ts';
import { readTables } from '../../source/counter/discovery/tables.ts';
import { readCounters } from '../../source/counter/reading/counters.ts';
import {
  chooseAccurate,
  countInStretches,
  readEvidence,
  readEvidenceColumns,
} from '../../source/diagnosis/read-evidence.ts';
import { readMissingIds } from '../../source/diagnosis/read-missing-ids.ts';
import { readTableStatistics } from '../../source/diagnosis/read-table-statistics.ts';
import { diagnose } from '../../source/diagnosis/run.ts';
import { connectTo } from '../helpers/connect.ts';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../helpers/database.ts';

let own: TestDatabase;
let database: Database;
const role = `reader_${randomBytes(4).toString('hex')}`;

beforeAll(async () => {
  own = await createDatabase();
  database = connectTo(own.url);
  await own.sql.unsafe(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
});
afterAll(async () => {
  await database.close();
  await own.sql.unsafe(`DROP OWNED BY ${role}; DROP ROLE ${role}`).simple();
  await own.drop();
});
beforeEach(async () => {
  await own.sql`TRUNCATE presets, preset_usage, users CASCADE`;
});

const read = (ids: string[], from: Database = database) =>
  from.read(async reader => {
    const tables = await readTables(reader, 'public');
    return readEvidence(reader, tables, await readEvidenceColumns(reader, tables), ids);
  });

/** Records of one preset at these times, counted by the trigger. */
const insertAt = (id: string, times: string[]) => own.sql`
  INSERT INTO preset_usage (preset_id, usage_type, created_at)
  SELECT ${id}, 'kind ' || n, t::timestamptz FROM unnest(${times}::text[]) WITH ORDINALITY u (t, n)`;

describe('evidence', () => {
  test('has the records of a preset by time to the microsecond, those without one first', async () => {
    const [id] = await insertPresets(own.sql, ['Noir']);
    await insertAt(id!, ['2026-03-01 10:00:00.123457Z', 'infinity', '2026-03-01 10:00:00.123456Z']);
    const [found] = await read([id!]);
    const time = Date.UTC(2026, 2, 1, 10, 0, 0, 123);
    expect(found).toMatchObject({
      usageCount: 3,
      records: 3,
      uses: { types: ['kind 2', 'kind 3', 'kind 1'] },
    });
    expect(found!.uses!.times).toEqual([Number.NaN, time + 0.456, time + 0.457]);
    // Stored and counted by one transaction.
    expect(new Set([found!.written, ...found!.uses!.transactions!]).size).toBe(1);
  });

  test('has later transactions with greater numbers', async () => {
    const [first, second] = await insertPresets(own.sql, ['first', 'second']);
    await insertRecords(own.sql, first!, 1);
    await insertRecords(own.sql, second!, 1);
    await insertRecords(own.sql, first!, 1);
    const found = new Map((await read([first!, second!])).map(each => [each.id, each]));
    const [early, late] = found.get(first!)!.uses!.transactions!;
    expect(early).toBeLessThan(found.get(second!)!.written!);
    expect(found.get(second!)!.written).toBeLessThan(late!);
    expect(found.get(first!)!.written).toBe(late);
  });

  test('counts the records of a stretch on the server as they are counted here, ends included', async () => {
    const [id] = await insertPresets(own.sql, ['Noir']);
    await insertAt(id!, [
      '2026-03-01 10:00:00.000001Z',
      '2026-03-01 10:00:00.000002Z',
      '2026-03-01 10:00:00.000003Z',
    ]);
    const [found] = await read([id!]);
    const [first, second, third] = found!.uses!.times as [number, number, number];
    const counts = await database.read(async reader =>
      countInStretches(
        reader,
        await readTables(reader, 'public'),
        [id!],
        [
          { from: first, to: second, type: null },
          { from: second, to: null, type: null },
          { from: null, to: second, type: 'kind 2' },
          { from: third, to: third, type: null },
        ],
      ),
    );
    expect(counts).toMatchObject([{ id, usageCount: 3, records: 3, counts: [2, 2, 1, 1] }]);
  });

  test('of a role that was only granted columns lacks the transactions, and is still judged', async () => {
    const [low] = await insertPresets(own.sql, ['low', 'right']);
    await insertRecords(own.sql, low!, 1);
    await own.sql`ALTER TABLE preset_usage DISABLE TRIGGER trigger_auto_increment_preset_usage_count`;
    try {
      await own.sql`INSERT INTO preset_usage (preset_id, usage_type, created_at)
        SELECT ${low!}, 'x', now() + make_interval(mins => n) FROM generate_series(1, 3) n`;
      await own.sql.unsafe(
        `GRANT SELECT (id, name, usage_count, last_used_at) ON presets TO ${role};
         GRANT SELECT (preset_id, created_at, usage_type) ON preset_usage TO ${role}`,
      );
      const limited = connectTo(own.urlAs(role, 'secret'));
      try {
        const [found] = await read([low!], limited);
        expect(found).toMatchObject({ written: null, createdAt: null, uses: { transactions: null } });
        const tables = await limited.read(reader => readTables(reader, 'public'));
        const wrong = await limited.read(reader => readCounters(reader, tables, [low!], 'counted'));
        const diagnosis = (await diagnose(limited, tables, wrong)).get(low!);
        expect(diagnosis).toMatchObject({ code: 'trigger-gap', certainty: 'certain' });
        expect(diagnosis?.evidence.join(' ')).toContain('The trigger is disabled');
      } finally {
        await limited.close();
      }
    } finally {
      await own.sql`ALTER TABLE preset_usage ENABLE TRIGGER trigger_auto_increment_preset_usage_count`;
    }
  });

  test('of a role that may not read the kind of a record is read without it', async () => {
    const [id] = await insertPresets(own.sql, ['Noir']);
    await insertRecords(own.sql, id!, 2);
    await own.sql.unsafe(
      `REVOKE ALL ON presets, preset_usage FROM ${role};
       GRANT SELECT (id, name, usage_count, last_used_at) ON presets TO ${role};
       GRANT SELECT (preset_id, created_at) ON preset_usage TO ${role}`,
    );
    const limited = connectTo(own.urlAs(role, 'secret'));
    try {
      const [found] = await read([id!], limited);
      expect(found).toMatchObject({ records: 2, uses: { types: null } });
      expect(found!.uses!.times).toHaveLength(2);
    } finally {
      await limited.close();
    }
  });

  test('chooses accurate presets that are not too large, and none that is wrong', async () => {
    const ids = await insertPresets(own.sql, ['unused', 'wrong', 'large', 'a', 'b', 'c']);
    const [, wrong, large, ...small] = ids;
    await insertRecords(own.sql, large!, 50);
    for (const id of [wrong!, ...small]) await insertRecords(own.sql, id, 4);
    const choose = (mostRecords: number) =>
      database.read(async reader =>
        chooseAccurate(reader, await readTables(reader, 'public'), [wrong!], {
          most: 10,
          mostEach: 10,
          mostRecords,
        }),
      );
    expect((await choose(100)).sort()).toEqual(small.sort());
    expect(await choose(8)).toHaveLength(2);
  });

  test('for many wrong counts is bounded: the rest are tested against the rules that were found', async () => {
    const ids = await insertPresets(
      own.sql,
      Array.from({ length: 60 }, (_, n) => `preset ${n}`),
    );
    const wrong = ids.slice(0, 40);
    await own.sql`INSERT INTO preset_usage (preset_id, usage_type, created_at)
      SELECT id, 'x', now() - make_interval(mins => n * 100 + (hashtext(id::text) % 50)) FROM unnest(${ids}::uuid[]) id, generate_series(1, 900) n`;
    await own.sql`UPDATE presets SET usage_count = 2 * usage_count WHERE id = ANY (${wrong}::uuid[])`;
    const tables = await database.read(reader => readTables(reader, 'public'));
    const counters: Counter[] = await database.read(reader => readCounters(reader, tables, wrong, 'counted'));
    const found = await diagnose(database, tables, counters);
    // 900 records each: fewer than 23 of them fit the limit.
    expect(found.size).toBe(40);
    expect(new Set([...found.values()].map(({ code }) => code))).toEqual(new Set(['double-counted']));
  });

  test('lists the tables whose deletions take records with them', async () => {
    const found = await database.read(async reader =>
      readTableStatistics(reader, await readTables(reader, 'public')),
    );
    expect(found.cascades).toEqual([{ name: 'public.users', deleted: expect.any(Number) }]);
    expect(found.statistics).not.toBeNull();
  });

  test('knows how many numbers of an ordered key are missing', async () => {
    const missing = () =>
      database.read(async reader => {
        const [row] = (await reader.rows('SELECT count(*)::int AS records FROM public.preset_usage')) as {
          records: number;
        }[];
        return readMissingIds(reader, await readTables(reader, 'public'), row!.records);
      });
    expect(await missing()).toBeNull();
    await own.sql`ALTER TABLE preset_usage DROP COLUMN id, ADD COLUMN id bigserial PRIMARY KEY`;
    const [id] = await insertPresets(own.sql, ['Noir']);
    await insertRecords(own.sql, id!, 10);
    expect(await missing()).toBe(0);
    await own.sql`DELETE FROM preset_usage WHERE id IN (3, 4, 7)`;
    expect(await missing()).toBe(3);
  });
});
