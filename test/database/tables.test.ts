import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { auditCounters } from '../../source/actions/audit-counters.ts';
import { type Counter, drift } from '../../source/audit/counter.ts';
import type { Database } from '../../source/database/connection.ts';
import { readCounters, readMostUsed } from '../../source/database/counters.ts';
import { readTables } from '../../source/database/tables.ts';
import { connectTo } from '../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';

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

/** What an audit and a tick say, by name: they must agree. */
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
});
