import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import { auditCounters } from '../../../source/counter/audit/audit-counters.ts';
import { type Counter, drift } from '../../../source/counter/counter.ts';
import { readTables } from '../../../source/counter/discovery/tables.ts';
import { readCounters, readMostUsed } from '../../../source/counter/reading/counters.ts';
import { findPresets } from '../../../source/counter/reading/find-presets.ts';
import { readLastRecords } from '../../../source/counter/reading/last-records.ts';
import { readPresetDetail } from '../../../source/counter/reading/preset-detail.ts';
import { readSchemaReport } from '../../../source/counter/schema/read-schema-report.ts';
import { schemaFindings } from '../../../source/counter/schema/schema-findings.ts';
import { readStates } from '../../../source/repair/sql/counter-state.ts';
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

/** The results of an audit and a tick, by name: they must agree. */
async function drifts(schema?: string): Promise<Record<string, number | null>> {
  const found = await tables(schema);
  const audited: Counter[] = [];
  await auditCounters(database, found, { scope: 'all', onPage: page => audited.push(...page.counters) });
  const most = await database.read(reader => readMostUsed(reader, found, 10));
  const ids = most.map(({ id }) => id);
  const ticked = await database.read(reader => readCounters(reader, found, ids));
  const byName = (counters: Counter[]) =>
    Object.fromEntries(counters.map(counter => [counter.name, drift(counter)]).sort());
  expect(byName(ticked)).toEqual(byName(audited));
  return byName(audited);
}

describe('the tables as they are found', () => {
  test.each(['integer', 'bigint', 'text', 'char(36)', 'varchar(12)'])('with keys of type %s', async type => {
    await own.sql
      .unsafe(`
      CREATE TABLE presets (id ${type} PRIMARY KEY, name text, usage_count bigint, last_used_at timestamp);
      CREATE TABLE preset_usage (preset_id ${type} REFERENCES presets);
      INSERT INTO presets VALUES ('1', 'right', 2), ('22', 'high', 5), ('333', 'low', NULL);
      INSERT INTO preset_usage VALUES ('1'), ('1'), ('333'), ('333')`)
      .simple();
    expect(await drifts()).toEqual({ right: 0, high: 5, low: -2 });
  });

  test('with names that need quoting, in a schema that does', async () => {
    await own.sql
      .unsafe(`
      CREATE SCHEMA "my-app";
      CREATE TABLE "my-app".presets ("Id" integer PRIMARY KEY, title text, usage_count integer);
      CREATE TABLE "my-app".preset_usage ("presetId" integer REFERENCES "my-app".presets);
      INSERT INTO "my-app".presets VALUES (1, 'right', 1);
      INSERT INTO "my-app".preset_usage VALUES (1)`)
      .simple();
    expect(await drifts('my-app')).toEqual({ right: 0 });
  });

  test('with times without end', async () => {
    await own.sql
      .unsafe(`
      CREATE TABLE presets (id integer PRIMARY KEY, name text, usage_count integer, last_used_at timestamptz);
      CREATE TABLE preset_usage (preset_id integer);
      INSERT INTO presets VALUES (1, 'ever', 0, 'infinity'), (2, 'never', 0, '-infinity')`)
      .simple();
    expect(await drifts()).toEqual({ ever: 0, never: 0 });
  });

  test('with columns of different collations', async () => {
    await own.sql
      .unsafe(`
      CREATE TABLE presets (id text COLLATE "C" PRIMARY KEY, name text COLLATE "ucs_basic", usage_count integer);
      CREATE TABLE preset_usage (preset_id text COLLATE "C");
      INSERT INTO presets VALUES ('a', 'one', 1); INSERT INTO preset_usage VALUES ('a')`)
      .simple();
    expect(await drifts()).toEqual({ one: 0 });
  });

  test('with a second reference to presets: records belong to preset_id', async () => {
    await own.sql
      .unsafe(`
      CREATE TABLE presets (id integer PRIMARY KEY, name text, usage_count integer);
      CREATE TABLE preset_usage (forked_from integer REFERENCES presets, preset_id integer REFERENCES presets);
      INSERT INTO presets VALUES (1, 'one', 2), (2, 'two', 0);
      INSERT INTO preset_usage VALUES (2, 1), (NULL, 1)`)
      .simple();
    expect(await drifts()).toEqual({ one: 0, two: 0 });
  });

  test('with records that name presets by another unique column than the primary key', async () => {
    await own.sql
      .unsafe(`
      CREATE TABLE presets (pk integer PRIMARY KEY, id integer UNIQUE, name text, usage_count integer);
      CREATE TABLE preset_usage (preset_id integer REFERENCES presets (id));
      INSERT INTO presets VALUES (1, 20, 'one', 1); INSERT INTO preset_usage VALUES (20)`)
      .simple();
    expect(await drifts()).toEqual({ one: 0 });
  });

  test('without a key that is unique, or with a choice of references, nothing is guessed', async () => {
    await own.sql
      .unsafe(`
      CREATE TABLE presets (tenant integer, id integer, name text, usage_count integer, PRIMARY KEY (tenant, id));
      CREATE TABLE preset_usage (preset_id integer)`)
      .simple();
    await expect(tables()).rejects.toMatchObject({ code: 'ambiguous-key', exitCode: 3 });
    await own.sql
      .unsafe(`
      DROP TABLE presets, preset_usage;
      CREATE TABLE presets (id integer PRIMARY KEY, name text, usage_count integer);
      CREATE TABLE preset_usage (made_with integer REFERENCES presets, forked_from integer REFERENCES presets)`)
      .simple();
    await expect(tables()).rejects.toMatchObject({ code: 'ambiguous-key', exitCode: 3 });
  });

  // An audit that groups by the records' spelling, or pages through both tables in one order, miscounts these.
  test.each([
    [
      'another collation',
      'text',
      'text COLLATE "en-x-icu"',
      `'a', 'B', 'c', 'D', 'e', 'F'`,
      `'a', 'B', 'c', 'D', 'e', 'F'`,
    ],
    ['blanks at the end', 'char(8)', 'varchar(8)', `'a', 'b', 'c'`, `'a', 'a  ', 'b'`],
    [
      'numbers that round to one',
      'float8',
      'numeric',
      '0.1, 0.2, 0.3',
      '0.1, 0.10000000000000000000001, 0.2',
    ],
    [
      'a collation without case',
      'text COLLATE caseless',
      'text',
      `'noir', 'pastel', 'sepia'`,
      `'noir', 'NOIR', 'Pastel'`,
    ],
  ])('with records that tell presets apart by %s', async (_, key, preset, keys, records) => {
    await own.sql
      .unsafe(`
      CREATE COLLATION caseless (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      CREATE TABLE presets (id ${key} PRIMARY KEY, name text, usage_count integer);
      CREATE TABLE preset_usage (preset_id ${preset}, created_at timestamptz DEFAULT now());
      CREATE INDEX ON preset_usage (preset_id);
      INSERT INTO presets SELECT id, id::text, 0 FROM unnest(ARRAY[${keys}]) id;
      INSERT INTO preset_usage SELECT id FROM unnest(ARRAY[${records}]) id, generate_series(1, 40);
      UPDATE presets p SET usage_count = (SELECT count(*) FROM preset_usage r WHERE r.preset_id = p.id)`)
      .simple();
    await own.sql`VACUUM ANALYZE presets`;
    await own.sql`VACUUM ANALYZE preset_usage`;
    const found = Object.values(await drifts());
    expect(found).toEqual(found.map(() => 0));
    const all = await tables();
    const audit = await auditCounters(database, all, { scope: 'mismatched' });
    expect(audit).toMatchObject({ totals: { rows: found.length, accurate: found.length }, orphans: 0 });
    const [row] = await own.sql`SELECT array_agg(id::text) AS ids FROM presets`;
    const states = await database.read(reader => readStates(reader, all, row?.ids, true));
    expect([...states.values()].map(({ count, records }) => records === count)).toEqual(
      found.map(() => true),
    );
    const last = await database.read(reader => readLastRecords(reader, all, row?.ids));
    expect(last.size).toBe([...states.values()].filter(({ records }) => records !== 0).length);
    for (const { id, records } of states.values()) {
      const { perDay } = await database.read(reader => readPresetDetail(reader, all, id, 2));
      expect(perDay.reduce((sum, uses) => sum + uses, 0)).toBe(records);
    }
  });

  test('keys that the server does not compare, or compares as something else, are refused in a sentence', async () => {
    await own.sql
      .unsafe(`
      CREATE TYPE color AS ENUM ('red'); CREATE TYPE colour AS ENUM ('red'); CREATE DOMAIN paint AS color`)
      .simple();
    const shapes: [string, string, RegExp][] = [
      [
        'color',
        'colour',
        /is public.colour and public.presets.id is public.color: the server cannot compare the two/,
      ],
      ['paint', 'paint', /cannot compare the two/],
      ['integer[]', 'integer[]', /cannot look presets up by an array/],
      ['text COLLATE "C"', 'text COLLATE "ucs_basic"', /have different collations/],
    ];
    for (const [key, preset, message] of shapes) {
      await own.sql
        .unsafe(`
        DROP TABLE IF EXISTS presets, preset_usage;
        CREATE TABLE presets (id ${key} PRIMARY KEY, name text, usage_count integer);
        CREATE TABLE preset_usage (preset_id ${preset})`)
        .simple();
      await expect(tables()).rejects.toMatchObject({
        code: 'keys-differ',
        exitCode: 3,
        message: expect.stringMatching(message),
      });
    }
  });

  test("keys are compared by their type's own operator, even if no search_path has it", async () => {
    await own.sql
      .unsafe(`
      CREATE SCHEMA extensions; CREATE EXTENSION citext SCHEMA extensions;
      CREATE DOMAIN spelled AS extensions.citext;
      CREATE TABLE presets (id extensions.citext PRIMARY KEY, name text, usage_count integer);
      INSERT INTO presets VALUES ('Noir', 'one', 2), ('pastel', 'two', 0)`)
      .simple();
    for (const preset of ['extensions.citext', 'spelled']) {
      await own.sql
        .unsafe(`
        DROP TABLE IF EXISTS preset_usage;
        CREATE TABLE preset_usage (preset_id ${preset} REFERENCES presets, created_at timestamptz DEFAULT now());
        CREATE INDEX ON preset_usage (preset_id);
        INSERT INTO preset_usage VALUES ('noir'), ('NOIR'), ('PASTEL'); ANALYZE preset_usage`)
        .simple();
      const counted = await database.read(async reader =>
        readCounters(reader, await readTables(reader, 'public'), ['NOIR', 'pastel'], 'counted'),
      );
      expect(counted.map(({ id, records }) => [id, records]).sort()).toEqual([
        ['Noir', 2],
        ['pastel', 1],
      ]);
    }
    // Only by the key: text with different letters is not the same.
    await own.sql
      .unsafe(
        'ALTER TABLE preset_usage DROP CONSTRAINT preset_usage_preset_id_fkey, ALTER preset_id TYPE text',
      )
      .simple();
    const counted = await database.read(async reader =>
      readCounters(reader, await readTables(reader, 'public'), ['noir'], 'counted'),
    );
    expect(counted).toMatchObject([{ id: 'Noir', records: 0 }]);
  });

  test('with presets that have no key: they are left out, everywhere', async () => {
    await own.sql
      .unsafe(`
      CREATE TABLE presets (id integer UNIQUE, name text, usage_count integer);
      CREATE TABLE preset_usage (preset_id integer REFERENCES presets (id));
      INSERT INTO presets VALUES (1, 'one', 2), (NULL, 'none', 9), (NULL, 'none', 8); INSERT INTO preset_usage VALUES (1), (NULL)`)
      .simple();
    expect(await drifts()).toEqual({ one: 1 });
    const found = await tables();
    await expect(database.read(reader => findPresets(reader, found, ['none']))).rejects.toMatchObject({
      code: 'no-such-preset',
    });
    const { remarks } = await database.read(async reader => ({
      remarks: schemaFindings(await readSchemaReport(reader, found), { orphans: null, findings: [] }),
    }));
    expect(remarks.map(({ code }) => code)).toContain('key-nullable');
  });

  test('with every digit of a count, whatever the role or the database has set', async () => {
    await own.sql.unsafe(`ALTER DATABASE ${own.name} SET extra_float_digits = -12`);
    await own.sql
      .unsafe(`
      CREATE TABLE presets (id integer PRIMARY KEY, name text, usage_count bigint);
      CREATE TABLE preset_usage (preset_id integer);
      INSERT INTO presets VALUES (1, 'one', 123456789)`)
      .simple();
    expect(await drifts()).toEqual({ one: 123456789 });
  });

  test('in a schema that this role may not use: the missing right is reported', async () => {
    const role = `stranger_${own.name}`;
    await own.sql
      .unsafe(`
      CREATE SCHEMA app; CREATE ROLE ${role} LOGIN PASSWORD 'secret';
      CREATE TABLE app.presets (id integer PRIMARY KEY, usage_count integer);
      CREATE TABLE app.preset_usage (preset_id integer);
      GRANT SELECT ON ALL TABLES IN SCHEMA app TO ${role}`)
      .simple();
    const stranger = connectTo(own.urlAs(role, 'secret'));
    try {
      await expect(stranger.read(reader => readTables(reader, 'app'))).rejects.toMatchObject({
        code: 'permission-denied',
        exitCode: 3,
        hint: expect.stringContaining('GRANT USAGE ON SCHEMA app'),
      });
    } finally {
      await stranger.close();
      await own.sql.unsafe(`DROP OWNED BY ${role}; DROP ROLE ${role}`).simple();
    }
  });
});
