import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../source/connection/transactions.ts';
import { planRepair } from '../../source/repair/plan/read-plan.ts';
import { runRepair } from '../../source/repair/run/run.ts';
import { connectTo } from '../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';
import { doRepair, request, stateDirectory } from '../helpers/repair.ts';

let own: TestDatabase;
let database: Database;
let directory: string;
const withHistory = { lastUsed: false, deleteHistory: true, suppressTriggers: false };

beforeAll(async () => {
  own = await createDatabase('template1');
  database = connectTo(own.url);
});
afterAll(async () => {
  await database.close();
  await own.drop();
});
beforeEach(() => {
  directory = stateDirectory();
});
afterEach(() =>
  own.sql
    .unsafe(
      `DROP TABLE IF EXISTS preset_usage, notes CASCADE; DROP TABLE IF EXISTS presets CASCADE; DROP TABLE IF EXISTS presets_before, records_before;
       DROP TYPE IF EXISTS mood CASCADE; DROP TYPE IF EXISTS pair CASCADE; DROP DOMAIN IF EXISTS grade CASCADE;
       DROP FUNCTION IF EXISTS count_use() CASCADE`,
    )
    .simple(),
);

const counting = `
  CREATE FUNCTION count_use() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE presets SET usage_count = coalesce(usage_count, 0) + 1, last_used_at = now() WHERE id = NEW.preset_id; RETURN NULL; END $$;
  CREATE TRIGGER trigger_auto_increment_preset_usage_count AFTER INSERT ON preset_usage FOR EACH ROW EXECUTE FUNCTION count_use();`;

/** Makes the tables, fills them, resets them with their history and takes that back: everything must be as it was. */
async function roundTrip(sql: string, most?: { presets: number; records: number }): Promise<number> {
  await own.sql.unsafe(sql).simple();
  await own.sql
    .unsafe('CREATE TABLE presets_before AS TABLE presets; CREATE TABLE records_before AS TABLE preset_usage')
    .simple();
  const plan = await planRepair(database, request('reset', directory, { options: withHistory }));
  const run = runRepair(database, plan, {
    timeout: 30,
    lockTimeout: 2,
    directory,
    fresh: true,
    ...(most ? { most } : {}),
  });
  let step = await run.next();
  while (!step.done) step = await run.next();
  const outcome = step.value;
  expect({ left: outcome.left, ended: outcome.ended }).toEqual({ left: [], ended: 'finished' });
  const [empty] =
    await own.sql`SELECT (SELECT count(*)::int FROM preset_usage) AS records, (SELECT count(*)::int FROM presets WHERE usage_count <> 0) AS counted`;
  expect(empty).toEqual({ records: 0, counted: 0 });
  const undone = await doRepair(database, request('undo', directory, { receipt: outcome.receiptId }));
  expect({ left: undone.left, restored: undone.restored }).toEqual({ left: [], restored: outcome.deleted });
  const [same] = await own.sql`
    SELECT (SELECT coalesce(array_agg(p::text ORDER BY p::text), '{}') FROM presets p) = (SELECT coalesce(array_agg(p::text ORDER BY p::text), '{}') FROM presets_before p) AS presets,
           (SELECT coalesce(array_agg(u::text ORDER BY u::text), '{}') FROM preset_usage u) = (SELECT coalesce(array_agg(u::text ORDER BY u::text), '{}') FROM records_before u) AS records`;
  expect(same).toEqual({ presets: true, records: true });
  return outcome.deleted;
}

describe('records are put back exactly as they were', () => {
  test('with values of every kind', async () => {
    const deleted = await roundTrip(`
      CREATE TYPE mood AS ENUM ('fine', 'so, so'); CREATE TYPE pair AS (a int, b text); CREATE DOMAIN grade AS int CHECK (VALUE < 10);
      CREATE TABLE presets (id bigint PRIMARY KEY, name text, usage_count bigint, last_used_at timestamptz);
      CREATE TABLE preset_usage (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, preset_id bigint REFERENCES presets (id),
        raw json, document jsonb, code char(5), bytes bytea, amount numeric, ratio float8, small real, at timestamptz, on_day date, took interval,
        tags text[], grid int[][], feeling mood, couple pair, mark grade, cost money, address inet, bits bit varying(9), span int4range,
        twice bigint GENERATED ALWAYS AS (preset_id * 2) STORED, "odd ""name" text, plain text);
      ${counting}
      INSERT INTO presets VALUES (1, 'One', 0, NULL), (2, 'Two', NULL, NULL);
      INSERT INTO preset_usage (preset_id, raw, document, code, bytes, amount, ratio, small, at, on_day, took, tags, grid, feeling, couple, mark, cost, address, bits, span, "odd ""name", plain)
      VALUES (1, '{"b" :  1,\n "a": [1, 2 ], "b": 2}', '{"z": null}', 'ab', '\\x00ff', 'NaN', 'Infinity', 0.1, 'infinity', '-infinity', '1 mon -3 days 04:05:06.789',
              ARRAY['a,b', '"', NULL, 'NULL', ''], ARRAY[[1,2],[3,4]], 'so, so', ROW(1, 'x"y'), 9, 12.34, '10.0.0.1/8', B'101', '[1,5)', 'line
break', E'tab\\t\\\\ and \\u00fc \\U0001F600'),
             (1, NULL, 'null', '', '', 1e-30, 0.1::float8 + 0.2, 'NaN', '2024-02-29 12:00:00.123456+05', '0044-03-15 BC', '0', '{}', NULL, NULL, ROW(NULL, NULL), NULL, NULL, NULL, NULL, 'empty', '', NULL),
             (2, 'null', NULL, NULL, NULL, 12345678901234567890.12345, '-0', 1e-40, NULL, NULL, NULL, NULL, NULL, 'fine', NULL, -1, -1, '::1', B'', NULL, NULL, 'plain');`);
    expect(deleted).toBe(3);
  });

  test('in a partitioned table, with text keys and odd names', async () => {
    await roundTrip(`
      CREATE TABLE presets (id text PRIMARY KEY, display_name text, usage_count integer, last_used_at timestamptz);
      CREATE TABLE preset_usage (id int, preset_id text REFERENCES presets (id), created_at timestamptz NOT NULL) PARTITION BY RANGE (created_at);
      CREATE TABLE old_usage PARTITION OF preset_usage FOR VALUES FROM (MINVALUE) TO ('2025-01-01');
      CREATE TABLE new_usage PARTITION OF preset_usage FOR VALUES FROM ('2025-01-01') TO (MAXVALUE);
      ${counting}
      INSERT INTO presets VALUES ('a"b', 'Quote', 0, NULL), ('', 'Empty', 0, NULL), ('C', '', 0, NULL);
      INSERT INTO preset_usage SELECT n, CASE n % 3 WHEN 0 THEN 'a"b' WHEN 1 THEN '' ELSE 'C' END, timestamptz '2024-12-25' + n * interval '1 day' FROM generate_series(1, 30) n;`);
  });

  test('of presets that are gone, and of none', async () => {
    const deleted = await roundTrip(`
      CREATE TABLE presets (id int PRIMARY KEY, name text, usage_count integer, last_used_at timestamptz);
      CREATE TABLE preset_usage (id int PRIMARY KEY, preset_id int, created_at timestamptz DEFAULT now());
      ${counting}
      INSERT INTO presets VALUES (1, 'One', 0, NULL);
      INSERT INTO preset_usage SELECT n, CASE n % 3 WHEN 0 THEN 1 WHEN 1 THEN 77 END FROM generate_series(1, 9) n;`);
    expect(deleted).toBe(9);
  });

  test.each([
    { name: 'right', count: 25 },
    { name: 'too high', count: 31 },
    { name: 'too low', count: 3 },
  ])('in many small batches, from a count that is $name', async ({ count }) => {
    await roundTrip(
      `CREATE TABLE presets (id int PRIMARY KEY, name text, usage_count integer CHECK (usage_count >= 0), last_used_at timestamptz);
       CREATE TABLE preset_usage (id int PRIMARY KEY, preset_id int REFERENCES presets (id), created_at timestamptz DEFAULT now());
       CREATE INDEX ON preset_usage (preset_id);
       ${counting}
       CREATE TABLE notes (usage_id int REFERENCES preset_usage (id));
       INSERT INTO presets VALUES (1, 'One', 0, NULL), (2, 'Two', 0, NULL);
       INSERT INTO preset_usage SELECT n, 1 FROM generate_series(1, 25) n;
       INSERT INTO preset_usage SELECT n, 2 FROM generate_series(26, 28) n;
       UPDATE presets SET usage_count = ${count} WHERE id = 1;`,
      { presets: 2, records: 4 },
    );
  });
});

describe('records go by', () => {
  const small = `
    CREATE TABLE presets (id int PRIMARY KEY, name text, usage_count integer, last_used_at timestamptz);
    CREATE TABLE preset_usage (id int PRIMARY KEY, preset_id int REFERENCES presets (id), created_at timestamptz DEFAULT now());
    ${counting}
    INSERT INTO presets VALUES (1, 'One', 0, NULL); INSERT INTO preset_usage SELECT n, 1 FROM generate_series(1, 5) n;`;
  const planned = async (more: string, presets: string[] = []) => {
    await own.sql.unsafe(small + more).simple();
    return planRepair(database, request('reset', directory, { options: withHistory, presets }));
  };

  test('TRUNCATE where they are few and nothing stands against it', async () => {
    expect(await planned('')).toMatchObject({ method: 'truncate', recordsToDelete: 5 });
  });

  test.each([
    {
      name: 'another table refers to them',
      sql: 'CREATE TABLE notes (usage_id int REFERENCES preset_usage (id))',
      why: /notes refers to them/,
    },
    {
      name: 'a trigger waits for deletes',
      sql: `CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'; CREATE TRIGGER see AFTER DELETE ON preset_usage FOR EACH ROW EXECUTE FUNCTION see()`,
      why: /triggers and rules for DELETE/,
    },
    {
      name: 'they are many',
      sql: 'INSERT INTO preset_usage SELECT n, 1 FROM generate_series(6, 6000) n',
      why: /lock everybody out/,
    },
  ])('batches where $name', async ({ sql, why }) => {
    const plan = await planned(sql);
    expect(plan.method).toBe('batches');
    expect(plan.remarks.map(({ message }) => message).join()).toMatch(why);
    await own.sql.unsafe('DROP FUNCTION IF EXISTS see() CASCADE').simple();
  });

  test('batches where only some presets are reset', async () => {
    const plan = await planned(`; INSERT INTO presets VALUES (2, 'Two', 0, NULL)`, ['One']);
    expect(plan).toMatchObject({ method: 'batches', recordsToDelete: 5 });
  });
});
