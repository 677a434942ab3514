import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../source/connection/transactions.ts';
import { auditCounter, auditTables } from '../../source/counter/audit/audit-counter.ts';
import type { CounterDefinition } from '../../source/counter/definition/definition.ts';
import { inspectDatabase } from '../../source/counter/inspect-database.ts';
import { diagnoseAll } from '../../source/diagnosis/diagnose.ts';
import type { Diagnosis } from '../../source/diagnosis/diagnosis.ts';
import type { Evidence, PresetEvidence } from '../../source/diagnosis/evidence.ts';
import { diagnose } from '../../source/diagnosis/run.ts';
import { connectTo } from '../helpers/connect.ts';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../helpers/database.ts';
import { defined } from '../helpers/definitions.ts';
import { among, daily, preset } from './evidence-cases.ts';

const codes = (causes: Map<string, Diagnosis>) =>
  Array.from(causes.values(), ({ code, certainty }) => `${code} (${certainty})`);

describe('of counts that are too high by the default', () => {
  const begins = { number: 5, table: 'public.presets', column: 'usage_count' };
  const young = { createdAt: 900 };
  const off = (...drifts: number[]) =>
    drifts.map((drift, n) => preset(n + drift, daily(n), { createdAt: 1_000 + n }));
  const old = (evidence: Evidence): Evidence => ({
    ...evidence,
    accurate: evidence.accurate.map(each => ({ ...each, ...young })),
  });
  const told = (wrong: PresetEvidence[], over: Partial<Evidence> = { begins }) =>
    codes(diagnoseAll(old(among(wrong, over))));

  test('most make it likely, beside others with causes of their own', () => {
    expect(told(off(5, 5, 5))).toEqual(Array(3).fill('default-not-zero (likely)'));
    const others = [...off(5, 5, 5, 5), preset(null, daily(3)), ...off(-1)];
    expect(told(others).slice(0, 5)).toEqual([
      ...Array(4).fill('default-not-zero (likely)'),
      'null-count (certain)',
    ]);
    const twice = [40, 47, 55, 61, 70, 84, 90].map(n => preset(2 * n, daily(n), { createdAt: 1_000 }));
    expect(told([...off(...Array<number>(12).fill(5)), ...twice]).slice(12)).toEqual(
      Array(7).fill('double-counted (possible)'),
    );
    expect(told(off(5, 5, 5), {})).not.toContain('default-not-zero (likely)');
  });

  test('few, or as many right ones of the same age, make it possible', () => {
    expect(told(off(5))).toEqual(['default-not-zero (possible)']);
    const causes = diagnoseAll(among(off(5, 5, 5), { begins }));
    expect(codes(causes)).toEqual(Array(3).fill('default-not-zero (possible)'));
    expect(causes.get('wrong 0')?.against).toEqual([
      '20 accurate presets examined do not include it, and may have been made since.',
    ]);
  });

  test('it is not claimed where others are off by other numbers', () => {
    const found = told(off(5, 4, 7, 9, 2, 11));
    expect(found.filter(each => each.startsWith('default'))).toEqual([]);
    expect(told(off(4, -5)).filter(each => each.startsWith('default'))).toEqual([]);
  });

  test('it is not certain where counting their records twice gives the same', () => {
    const twice = [0, 1, 2].map(() => preset(10, daily(5), { createdAt: 1_000 }));
    expect(told(twice)).not.toContain('default-not-zero (likely)');
  });
});

describe('on a server', () => {
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
  const { signal } = new AbortController();

  async function causesOf(counter: CounterDefinition): Promise<Map<string, Diagnosis>> {
    const { tables, mismatches } = await auditCounter(database, counter, { signal, onProgress() {} });
    return diagnose(database, tables, mismatches, { signal });
  }

  test('presets, with what mends it', async () => {
    await own.sql`ALTER TABLE presets ALTER COLUMN usage_count SET DEFAULT 5`;
    await own.sql`INSERT INTO presets (name) SELECT 'Preset ' || n FROM generate_series(1, 6) n`;
    const [used = '', once = ''] = await insertPresets(own.sql, ['Used', 'Once']);
    await insertRecords(own.sql, used, 7);
    await insertRecords(own.sql, once, 1);
    const { tables } = await database.read(reader => inspectDatabase(reader, database, 'public'));
    const { mismatches } = await auditTables(database, tables, { signal, onProgress() {} });
    const causes = await diagnose(database, tables, mismatches, { signal });
    expect(codes(causes)).toEqual(Array(8).fill('default-not-zero (likely)'));
    const next =
      'Let new ones begin with 0: ALTER TABLE public.presets ALTER COLUMN "usage_count" SET DEFAULT 0. Then a sync takes it off the counts.';
    expect(causes.get(used)).toMatchObject({
      evidence: [
        'By the default of public.presets.usage_count, a new preset begins with 5, and the count is exactly 5 too high.',
        '8 wrong counts of 8 are off by exactly that.',
      ],
      next: [next],
    });
    await own.sql.unsafe(/ALTER TABLE .* DEFAULT 0/.exec(next)?.[0] ?? '');
    await insertPresets(own.sql, ['New']);
    expect(await own.sql`SELECT usage_count FROM presets WHERE name = 'New'`).toEqual([{ usage_count: 0 }]);
  });

  test.each([
    ['a count in its own row, with names that need quotes', 'Saves', null, '"Shelves"', 2, 2],
    ['a count in another table', 'uses', 'stats', 'stats', 2, 2],
    ['a sum', 'total', null, '"Shelves"', "'-0.5'::numeric", -0.5],
  ])('%s', async (_, column, via, table, start, number) => {
    await own.sql
      .unsafe(`
        DROP TABLE IF EXISTS "Shelves", stats, filings CASCADE;
        CREATE TABLE "Shelves" (id integer PRIMARY KEY${via ? '' : `, "${column}" numeric DEFAULT ${start}`});
        CREATE TABLE stats (shelf integer PRIMARY KEY, "${column}" numeric(12, 2) DEFAULT ${start});
        CREATE TABLE filings (id serial PRIMARY KEY, shelf integer, price numeric);
        INSERT INTO "Shelves" SELECT generate_series(1, 9);
        INSERT INTO stats SELECT generate_series(1, 9);
        INSERT INTO filings (shelf, price) SELECT s, 1.25 FROM generate_series(1, 9) s, generate_series(2, s);
        UPDATE ${table} t SET "${column}" = t."${column}" + c.n FROM (
          SELECT shelf, ${column === 'total' ? 'sum(price)' : 'count(*)'} AS n FROM filings GROUP BY 1) c
         WHERE c.shelf = t.${via ? 'shelf' : 'id'}`)
      .simple();
    const counter = {
      ...defined({
        row: { table: 'Shelves', count: column },
        ...(via ? { via: { table: via, row: ['shelf'] } } : {}),
        record: { table: 'filings', reference: ['shelf'], amount: column === 'total' ? 'price' : null },
      }),
      nouns: { row: ['shelf', 'shelves'], record: ['filing', 'filings'] } as const,
    };
    const causes = await causesOf(counter);
    expect(codes(causes)).toEqual(Array(9).fill('default-not-zero (likely)'));
    const quoted = /^[a-z]+$/.test(column) ? column : `"${column}"`;
    expect(causes.get('9')?.evidence[0]).toBe(
      `By the default of public.${table}.${quoted}, a new shelf begins with ${number}, and the count is exactly ${Math.abs(number)} too ${number > 0 ? 'high' : 'low'}.`,
    );
    expect(causes.get('9')?.next[0]).toContain(
      `ALTER TABLE public.${table} ALTER COLUMN "${column}" SET DEFAULT 0.`,
    );
    await own.sql.unsafe(`ALTER TABLE ${table} ALTER COLUMN "${column}" SET DEFAULT 0`);
    expect(codes(await causesOf(counter))).not.toContain('default-not-zero (likely)');
  });

  test('a default that is computed is no number', async () => {
    await own.sql
      .unsafe(`
        DROP TABLE IF EXISTS boards, pins; CREATE TABLE boards (id integer PRIMARY KEY, pins integer DEFAULT (2 + length('a')));
        CREATE TABLE pins (board integer); INSERT INTO boards SELECT generate_series(1, 4)`)
      .simple();
    const counter = defined({
      row: { table: 'boards', count: 'pins' },
      record: { table: 'pins', reference: ['board'] },
    });
    expect(codes(await causesOf(counter)).filter(code => code.startsWith('default'))).toEqual([]);
  });
});
