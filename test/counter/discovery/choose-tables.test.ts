import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import { readTables } from '../../../source/counter/discovery/tables.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../../helpers/database.ts';

let own: TestDatabase;
let database: Database;
beforeEach(async () => {
  own = await createDatabase('template1');
  database = connectTo(own.url);
});
afterEach(async () => {
  await database.close();
  await own.drop();
});

const tables = (schema = 'public') => database.read(reader => readTables(reader, schema));
const presets = (name: string) =>
  `CREATE TABLE ${name} (id integer PRIMARY KEY, name text, usage_count integer, last_used_at timestamptz)`;
const records = (name: string, refers = '') =>
  `CREATE TABLE ${name} (preset_id integer ${refers === '' ? '' : `REFERENCES ${refers}`}, created_at timestamptz)`;
const arrange = (...statements: string[]) => own.sql.unsafe(statements.join(';')).simple();

describe('tables that are not both in the schema under their names', () => {
  test('the presets that the records refer to, although the schema has others', async () => {
    await arrange(
      'CREATE SCHEMA app',
      presets('app.presets'),
      presets('public.presets'),
      records('public.preset_usage', 'app.presets'),
    );
    const found = await tables();
    expect([found.presets.name, found.records.name]).toEqual(['app.presets', 'public.preset_usage']);
    expect(found.why).toEqual([
      'app.presets is used for the presets, because public.preset_usage refers to it and not to public.presets.',
    ]);
    expect(found.schemas).toEqual(['public', 'app']);
  });

  test('the records that refer to the presets, among several', async () => {
    await arrange(
      'CREATE SCHEMA a',
      'CREATE SCHEMA b',
      presets('public.presets'),
      records('a.preset_usage'),
      records('b.preset_usage', 'public.presets'),
    );
    expect((await tables()).records.name).toBe('b.preset_usage');
  });

  test('the only ones in the database', async () => {
    await arrange('CREATE SCHEMA app', presets('app.presets'), records('public.preset_usage'));
    const found = await tables();
    expect(found.presets.name).toBe('app.presets');
    expect(found.why).toEqual([
      'The schema public has no presets: app.presets is used, because it is the only one in this database.',
    ]);
  });

  test('are listed if there is a choice', async () => {
    await arrange(
      'CREATE SCHEMA a',
      'CREATE SCHEMA "B c"',
      presets('a.presets'),
      presets('"B c".presets'),
      records('public.preset_usage'),
    );
    await expect(tables()).rejects.toMatchObject({
      code: 'ambiguous-table',
      exitCode: 3,
      message: expect.stringMatching(/a\.presets.*"B c"\.presets|"B c"\.presets.*a\.presets/),
      hint: expect.stringContaining('--schema'),
    });
  });

  test('are not taken from another schema if both are there: the hint says where', async () => {
    await arrange('CREATE SCHEMA app', presets('app.presets'), records('app.preset_usage'));
    await expect(tables()).rejects.toMatchObject({
      code: 'missing-table',
      hint: 'There is one in app: name that schema with --schema.',
    });
  });

  test('do not exist at all', async () => {
    await expect(tables()).rejects.toMatchObject({ code: 'missing-table', exitCode: 3 });
  });
});

describe('names that are nearly right', () => {
  test('are used if there is one, but an exact match comes first', async () => {
    await arrange(
      'CREATE TABLE "Presets" (id integer PRIMARY KEY, "usageCount" integer, usage_count integer, "lastUsedAt" timestamptz)',
      records('"PresetUsage"', '"Presets"'),
    );
    expect(await tables()).toMatchObject({
      presets: { name: 'public."Presets"', count: 'usage_count', lastUsed: '"lastUsedAt"' },
      records: { name: 'public."PresetUsage"' },
    });
  });

  test('are refused if there are two', async () => {
    await arrange(presets('"Presets"'), presets('"PRESETS"'), records('preset_usage'));
    await expect(tables()).rejects.toMatchObject({ code: 'ambiguous-table' });
    await arrange(
      'DROP TABLE "Presets", "PRESETS"',
      'CREATE TABLE presets (id integer PRIMARY KEY, "usageCount" integer, "UsageCount" integer)',
    );
    await expect(tables()).rejects.toMatchObject({
      code: 'ambiguous-column',
      message: expect.stringContaining('"usageCount", "UsageCount"'),
    });
  });
});

describe('a view of the name', () => {
  beforeEach(() => arrange('CREATE SCHEMA store', presets('store.presets'), records('public.preset_usage')));

  test.each([
    'SELECT * FROM store.presets',
    'SELECT usage_count, id, name, last_used_at FROM store.presets AS "p; --"',
  ])('that shows the table as it is means that table: %s', async definition => {
    await arrange(`CREATE VIEW presets AS ${definition}`);
    const found = await tables();
    expect(found.presets.name).toBe('store.presets');
    expect(found.why).toEqual([
      'public.presets is a view that shows store.presets unchanged: that table is used.',
    ]);
  });

  test.each([
    'SELECT * FROM store.presets WHERE usage_count > 0',
    'SELECT id, usage_count + 0 AS usage_count FROM store.presets',
    'SELECT id, name AS title, usage_count FROM store.presets',
    'SELECT DISTINCT id, usage_count FROM store.presets',
    'SELECT id, usage_count FROM ONLY store.presets',
    'SELECT id, usage_count FROM store.presets LIMIT 3',
    'SELECT p.id, p.usage_count FROM store.presets p JOIN preset_usage u ON u.preset_id = p.id',
    'SELECT id, usage_count FROM store.presets UNION ALL SELECT id, usage_count FROM store.presets',
    'SELECT 1 AS id, 2 AS usage_count',
  ])('that shows it otherwise is refused, and said to be one: %s', async definition => {
    await arrange(`CREATE VIEW presets AS ${definition}`);
    await expect(tables()).rejects.toMatchObject({
      code: 'not-a-table',
      exitCode: 3,
      message: expect.stringContaining('public.presets is a view, not a table'),
      hint: expect.stringContaining('--schema'),
    });
  });

  test('that is materialized is refused', async () => {
    await arrange('CREATE MATERIALIZED VIEW presets AS SELECT * FROM store.presets');
    await expect(tables()).rejects.toMatchObject({
      code: 'not-a-table',
      message: 'public.presets is a materialized view, not a table.',
    });
  });
});

describe('columns that nothing can be made of', () => {
  test.each([
    [
      'keys that the server does not compare',
      'CREATE TABLE presets (id uuid PRIMARY KEY, usage_count integer)',
      'CREATE TABLE preset_usage (preset_id text)',
      'keys-differ',
      'public.preset_usage.preset_id is text and public.presets.id is uuid: the server cannot compare the two.',
    ],
    [
      'a count of text',
      'CREATE TABLE presets (id integer PRIMARY KEY, usage_count text)',
      'CREATE TABLE preset_usage (preset_id integer)',
      'count-is-no-number',
      'public.presets.usage_count is text, which is not a number.',
    ],
    [
      'a key of two columns',
      'CREATE TABLE presets (tenant integer, id integer, usage_count integer, PRIMARY KEY (tenant, id))',
      'CREATE TABLE preset_usage (tenant integer, preset_id integer, FOREIGN KEY (tenant, preset_id) REFERENCES presets)',
      'ambiguous-key',
      'The table public.presets has a primary key of 2 columns (tenant, id), and id is not unique, so it is not certain which records belong to which preset.',
    ],
  ])('%s', async (_, first, second, code, message) => {
    await arrange(first, second);
    await expect(tables()).rejects.toMatchObject({ code, message, exitCode: 3 });
  });

  test('a domain counts as its base type', async () => {
    await arrange(
      'CREATE DOMAIN ref AS uuid',
      'CREATE DOMAIN uses AS bigint CHECK (VALUE >= 0)',
      'CREATE TABLE presets (id uuid PRIMARY KEY, usage_count uses)',
      'CREATE TABLE preset_usage (preset_id ref)',
    );
    expect((await tables()).presets.countKind).toBe('bigint');
  });
});

describe('records that the counting trigger does not count', () => {
  const counting = (table: string, name = 'trigger_auto_increment_preset_usage_count', run = 'counted') => [
    `CREATE OR REPLACE FUNCTION ${run}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'`,
    `CREATE TRIGGER ${name} AFTER INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION ${run}()`,
  ];
  const refused = (words: RegExp) =>
    expect.objectContaining({
      code: 'records-elsewhere',
      exitCode: 3,
      message: expect.stringMatching(words),
    });

  test.each<[string, string[], RegExp]>([
    [
      'a view of another table, while the trigger is on the one that refers to the presets',
      [
        records('store.events'),
        records('store.uses', 'public.presets'),
        'CREATE VIEW preset_usage AS SELECT preset_id, created_at FROM store.events',
        ...counting('store.uses'),
      ],
      /records of store\.events, but the counting trigger is on store\.uses/,
    ],
    [
      'a view, while a trigger of another name runs the counting function',
      [
        records('store.events'),
        records('public.uses'),
        'CREATE VIEW preset_usage AS SELECT * FROM store.events',
        ...counting('public.uses', 'counts', 'auto_increment_preset_usage_count'),
      ],
      /counting trigger is on public\.uses/,
    ],
    [
      'a foreign table',
      [
        'CREATE EXTENSION file_fdw',
        'CREATE SERVER files FOREIGN DATA WRAPPER file_fdw',
        "CREATE FOREIGN TABLE preset_usage (preset_id integer, created_at timestamptz) SERVER files OPTIONS (filename '/dev/null')",
        records('store.uses', 'public.presets'),
        ...counting('store.uses'),
      ],
      /records of public\.preset_usage, but the counting trigger is on store\.uses/,
    ],
    [
      'the only table of that name in another schema',
      [records('store.preset_usage'), records('public.uses', 'public.presets'), ...counting('public.uses')],
      /records of store\.preset_usage, but the counting trigger is on public\.uses/,
    ],
  ])('%s: refused', async (_, statements, words) => {
    await arrange('CREATE SCHEMA store', presets('public.presets'), ...statements);
    await expect(tables()).rejects.toEqual(refused(words));
  });

  test('a materialized view is refused as no table', async () => {
    await arrange(
      'CREATE SCHEMA store',
      presets('public.presets'),
      records('store.uses', 'public.presets'),
      'CREATE MATERIALIZED VIEW preset_usage AS SELECT * FROM store.uses',
      ...counting('store.uses'),
    );
    await expect(tables()).rejects.toMatchObject({ code: 'not-a-table', exitCode: 3 });
  });

  test('a view of the table that has the trigger is used, whatever another tenant has', async () => {
    await arrange(
      'CREATE SCHEMA store',
      'CREATE SCHEMA tenant',
      presets('public.presets'),
      records('store.uses', 'public.presets'),
      'CREATE VIEW preset_usage AS SELECT * FROM store.uses',
      presets('tenant.presets'),
      records('tenant.preset_usage', 'tenant.presets'),
      ...counting('tenant.preset_usage'),
    );
    expect((await tables()).records.name).toBe('store.uses');
    await arrange(...counting('store.uses'));
    expect((await tables()).records.name).toBe('store.uses');
  });
});
