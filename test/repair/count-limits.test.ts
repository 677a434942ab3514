import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../source/connection/transactions.ts';
import type { CounterDefinition } from '../../source/counter/definition/definition.ts';
import { planRepair } from '../../source/repair/plan/read-plan.ts';
import { noOptions } from '../../source/repair/repair.ts';
import { runRepair } from '../../source/repair/run/run.ts';
import { connectTo } from '../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';
import { defined } from '../helpers/definitions.ts';
import { doRepair, request, stateDirectory } from '../helpers/repair.ts';

let own: TestDatabase;
let database: Database;
const options = { ...noOptions, deleteHistory: true };

beforeAll(async () => {
  own = await createDatabase('template1');
  database = connectTo(own.url);
});
afterAll(async () => {
  await database.close();
  await own.drop();
});

const files = defined({
  row: { table: 'orgs', count: 'files' },
  record: { table: 'files', reference: ['org'] },
});
const balance = defined({
  row: { table: 'orgs', count: 'files' },
  record: { table: 'files', reference: ['org'], amount: 'size' },
});

const counting = (change: string, also = '') => `
  CREATE FUNCTION count_file() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE it files; step integer := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END; BEGIN
    it := CASE TG_OP WHEN 'INSERT' THEN NEW ELSE OLD END;
    UPDATE orgs SET files = files + ${change} WHERE id = it.org; ${also} RETURN NULL; END $$;
  CREATE TRIGGER count_file AFTER INSERT OR DELETE ON files FOR EACH ROW EXECUTE FUNCTION count_file();`;

/** Organisations 1 and 2, with ten files of each; then the files that `imported` adds, which no trigger counts. */
async function arrange(column: string, imported: string, change = 'step', also = ''): Promise<void> {
  await own.sql
    .unsafe(`DROP SCHEMA public CASCADE; CREATE SCHEMA public;
      CREATE DOMAIN few AS integer CHECK (VALUE <= 20);
      CREATE TABLE orgs (id integer PRIMARY KEY, files ${column}, total integer NOT NULL DEFAULT 0 CHECK (total <= 20), plan text NOT NULL DEFAULT 'free');
      CREATE TABLE files (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, org integer NOT NULL REFERENCES orgs, size numeric NOT NULL DEFAULT 1);
      ${counting(change, also)}
      INSERT INTO orgs (id) VALUES (1), (2);
      INSERT INTO files (org) SELECT 1 + n % 2 FROM generate_series(1, 20) n;
      SET session_replication_role = replica; ${imported}; RESET session_replication_role`)
    .simple();
}

const imported = (number: number) => `INSERT INTO files (org) SELECT 2 FROM generate_series(1, ${number})`;

const tables = async () => ({
  orgs: [...(await own.sql`SELECT id, files::text, total FROM orgs ORDER BY id`)],
  files: [...(await own.sql`SELECT id, org, size::text FROM files ORDER BY id`)],
});

/** Deletes the history and puts it back: everything must be as before. Returns what the plan and the reset left alone. */
async function around(counter: CounterDefinition) {
  const directory = stateDirectory();
  const before = await tables();
  const asked = request('reset', directory, { counter, options });
  const plan = await planRepair(database, asked);
  const outcome = await doRepair(database, asked);
  const kept = await own.sql`SELECT count(*)::int AS files FROM files WHERE org = 2`;
  const undone = await doRepair(
    database,
    request('undo', directory, { counter, receipt: outcome.receiptId }),
  );
  expect(undone).toMatchObject({ left: [], error: null });
  expect(await tables()).toEqual(before);
  return { plan, outcome, kept: kept[0]?.files };
}

describe('more records than the count may become, as after an import that was not counted', () => {
  test.each([
    ['a check', 'integer NOT NULL DEFAULT 0 CHECK (files <= 20)', 30, 'the check orgs_files_check'],
    [
      'a check that asks for other columns',
      `integer NOT NULL DEFAULT 0, CHECK (files <= 20 OR plan <> 'free')`,
      30,
      'the check orgs_check',
    ],
    ['its domain', 'few NOT NULL DEFAULT 0', 30, 'its type'],
    ['its precision', 'numeric(1) NOT NULL DEFAULT 0', 0, 'its type'],
    ['its range', 'smallint NOT NULL DEFAULT 0', 32_760, 'its type \\(smallint\\)'],
  ])('because of %s: the row is left alone before anything is deleted', async (_, column, more, why) => {
    if (more === 0) {
      // Its count holds nine of them.
      await arrange(column, 'DELETE FROM files', '0');
      await own.sql.unsafe(`CREATE OR REPLACE FUNCTION count_file() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          IF TG_OP = 'INSERT' THEN UPDATE orgs SET files = files + 1 WHERE id = NEW.org; ELSE UPDATE orgs SET files = files - 1 WHERE id = OLD.org; END IF; RETURN NULL; END $$;
        INSERT INTO files (org) SELECT 1 FROM generate_series(1, 8); INSERT INTO files (org) SELECT 2 FROM generate_series(1, 9);
        SET session_replication_role = replica; INSERT INTO files (org) VALUES (2), (2); RESET session_replication_role`);
    } else await arrange(column, imported(more));
    const records = more === 0 ? 11 : more + 10;
    const { plan, outcome, kept } = await around(files);
    const left = [
      {
        id: '2',
        reason: 'over-limit',
        message: expect.stringMatching(
          new RegExp(`^Its ${records.toLocaleString('en')} records would .*${why}`),
        ),
      },
    ];
    expect(plan.left).toMatchObject(left);
    expect(plan.changes.map(({ id }) => id)).toEqual(['1']);
    expect(outcome).toMatchObject({ changed: 1, left });
    expect(kept).toBe(records);
  });

  test('also with triggers suppressed, because the difference comes back with the last of several batches', async () => {
    await arrange('integer NOT NULL DEFAULT 0 CHECK (files <= 20)', imported(30));
    const quiet = { ...options, suppressTriggers: true };
    const plan = await planRepair(
      database,
      request('reset', stateDirectory(), { counter: files, options: quiet }),
    );
    expect(plan.left).toMatchObject([{ id: '2', reason: 'over-limit' }]);
  });

  test('a use that comes after the plan can make them too many', async () => {
    await arrange('integer NOT NULL DEFAULT 0 CHECK (files <= 20)', imported(8));
    const directory = stateDirectory();
    const asked = request('reset', directory, { counter: files, options });
    const plan = await planRepair(database, asked);
    expect(plan.left).toEqual([]);
    await own.sql`INSERT INTO files (org) SELECT 2 FROM generate_series(1, 4)`;
    const before = await tables();
    const run = runRepair(database, plan, { timeout: 30, lockTimeout: 2, directory, fresh: true });
    let step = await run.next();
    while (!step.done) step = await run.next();
    expect(step.value).toMatchObject({ changed: 1, left: [{ id: '2', reason: 'over-limit' }] });
    await doRepair(database, request('undo', directory, { counter: files, receipt: step.value.receiptId }));
    expect(await tables()).toEqual(before);
  });
});

describe('what else would refuse the records is tried in the transaction that deletes them', () => {
  const refusedTo = async (counter: CounterDefinition, words: string) => {
    const { outcome, kept } = await around(counter);
    expect(outcome).toMatchObject({
      changed: 1,
      left: [{ id: '2', reason: 'refused', message: expect.stringContaining(words) }],
    });
    return kept;
  };

  test('another count of the row, which is counted anew and has a limit', async () => {
    await arrange(
      'integer NOT NULL DEFAULT 0',
      imported(30),
      'step',
      "UPDATE orgs o SET total = (SELECT count(*) FROM files f WHERE f.org = o.id) WHERE o.id = it.org AND TG_OP = 'INSERT';",
    );
    expect(await refusedTo(files, 'orgs_total_check')).toBe(40);
  });

  test('a check of the records that is not valid for those that are there', async () => {
    await arrange('integer NOT NULL DEFAULT 0', 'UPDATE files SET size = 0 WHERE id = 3');
    await own.sql`ALTER TABLE files ADD CONSTRAINT not_empty CHECK (size > 0) NOT VALID`;
    expect(await refusedTo(files, 'not_empty')).toBe(10);
  });

  test.each([
    [
      'a domain that is not valid for it',
      `CREATE DOMAIN named AS text; ALTER TABLE files ADD name named DEFAULT 'a'; UPDATE files SET name = '' WHERE id = 49;
       ALTER DOMAIN named ADD CONSTRAINT no_blank CHECK (VALUE <> '') NOT VALID`,
      'no_blank',
    ],
    [
      'a check by a function of the application',
      `CREATE FUNCTION fits(numeric) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true'; ALTER TABLE files ADD CONSTRAINT fit CHECK (fits(size));
       UPDATE files SET size = 0 WHERE id = 49; CREATE OR REPLACE FUNCTION fits(numeric) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 > 0'`,
      'fit',
    ],
  ])('one record in the middle: %s', async (_, sql, words) => {
    await arrange('integer NOT NULL DEFAULT 0', imported(30));
    await own.sql.unsafe(sql).simple();
    expect(await refusedTo(files, words)).toBe(40);
  });

  test('a record that refers to what is gone', async () => {
    await arrange('integer NOT NULL DEFAULT 0', 'SELECT');
    await own.sql.unsafe(`CREATE TABLE owners (id integer PRIMARY KEY); INSERT INTO owners VALUES (1);
      ALTER TABLE files ADD owner integer NOT NULL DEFAULT 1 REFERENCES owners;
      SET session_replication_role = replica; UPDATE files SET owner = 2 WHERE id = 3; RESET session_replication_role`);
    expect(await refusedTo(files, 'a row that is not in public.owners')).toBe(10);
  });

  test('a sum that is below its limit on the way, because amounts may be negative', async () => {
    await arrange(
      'numeric NOT NULL DEFAULT 0 CHECK (files >= 0)',
      'UPDATE files SET size = -1 WHERE id = 1',
      'step * it.size',
    );
    await own.sql`UPDATE orgs SET files = 8 WHERE id = 2`;
    expect(await refusedTo(balance, 'orgs_files_check')).toBe(10);
  });
});
