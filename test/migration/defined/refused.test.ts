import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import type { CounterDefinition } from '../../../source/counter/definition/definition.ts';
import { planCounterMigration } from '../../../source/migration/defined/read-counter-plan.ts';
import { readCounterHealth } from '../../../source/trigger/defined/read-health.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../../helpers/database.ts';
import { defined } from '../../helpers/definitions.ts';

let own: TestDatabase;
let database: Database;
beforeAll(async () => {
  own = await createDatabase('template1');
  database = connectTo(own.url);
});
afterAll(async () => {
  await database.close();
  await own.drop();
});

const definition = defined({
  row: { table: 'shelves', count: 'books_count' },
  record: { table: 'books', reference: ['shelf_id'] },
});
const plan = (of: CounterDefinition = definition, dryRun = true) =>
  planCounterMigration(database, { definition: of, readOnly: false, dryRun, applicationStopped: true });

/** Two shelves with five books each, whose count is declared so. */
const shelves = (count: string, more = '', counted = true) =>
  own.sql
    .unsafe(`DROP SCHEMA public CASCADE; CREATE SCHEMA public;
      CREATE TABLE shelves (id integer PRIMARY KEY, books_count ${count});
      CREATE TABLE books (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, shelf_id integer REFERENCES shelves, pages integer CHECK (pages > 0));
      INSERT INTO shelves (id) VALUES (1), (2); INSERT INTO books (shelf_id, pages) SELECT 1 + n % 2, 10 FROM generate_series(1, 10) n;
      ${counted ? 'UPDATE shelves SET books_count = 5;' : ''} ${more}`)
    .simple();

const guard = (timing: string, body: string) => `
  CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} RETURN NEW; END $$;
  CREATE ${timing} ON shelves ${timing.startsWith('CONSTRAINT') ? 'DEFERRABLE INITIALLY DEFERRED' : ''} FOR EACH ROW EXECUTE FUNCTION guard();`;
const raise = "RAISE EXCEPTION 'books_count is written by the worker only';";

test.each<[string, string, string]>([
  ['a CHECK that the next count misses', 'integer DEFAULT 0 CHECK (books_count <= 5)', ''],
  ['a trigger that raises', 'integer DEFAULT 0', guard('TRIGGER guard BEFORE UPDATE', raise)],
  [
    'a constraint trigger that raises at the end',
    'integer DEFAULT 0',
    guard('CONSTRAINT TRIGGER guard AFTER UPDATE', raise),
  ],
  ['a type that is too small', 'smallint DEFAULT 0', 'UPDATE shelves SET books_count = 32767;'],
])('a plan that would make inserts fail is refused: %s', async (_, count, more) => {
  await shelves(count, more);
  for (const dryRun of [true, false])
    await expect(plan(definition, dryRun)).rejects.toMatchObject({
      code: 'would-break',
      exitCode: 4,
      message: expect.stringMatching(
        /^With this migration, the server would refuse what works today\. Adding one record: .+ \(SQLSTATE \w{5}.*\)\.$/,
      ),
    });
  expect(await own.sql`SELECT FROM pg_proc WHERE proname LIKE 'keep%'`).toHaveLength(0);
});

test('what fails with and without the migration is not its fault, and not proved', async () => {
  await shelves(
    'integer DEFAULT 0',
    `CREATE FUNCTION shut() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'closed'; END $$;
     CREATE TRIGGER shut BEFORE INSERT ON books FOR EACH ROW EXECUTE FUNCTION shut();`,
  );
  const { proof } = await plan();
  expect(proof).toMatchObject({ proved: false, reason: expect.stringContaining('closed') });
});

test('a count that the server computes is refused, and not said to be kept', async () => {
  await shelves(
    'integer GENERATED ALWAYS AS (read + unread) STORED, read integer NOT NULL DEFAULT 0, unread integer NOT NULL DEFAULT 0',
    '',
    false,
  );
  const refusal = {
    code: 'count-generated',
    exitCode: 4,
    message: 'books_count of public.shelves is a generated column, so it cannot be written.',
  };
  await expect(plan()).rejects.toMatchObject(refusal);
  const before = (await readCounterHealth(database, definition)).health;
  expect(before.findings.filter(({ severity }) => severity === 'error').map(({ code }) => code)).toEqual([
    'count-generated',
  ]);
  await own.sql
    .unsafe(`CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        UPDATE shelves SET books_count = books_count + 1 WHERE id = NEW.shelf_id; RETURN NULL; END $$;
      CREATE TRIGGER keep AFTER INSERT ON books FOR EACH ROW EXECUTE FUNCTION keep();`)
    .simple();
  const { health } = await readCounterHealth(database, definition);
  expect(health.healthy).toBe(false);
  expect(health.events.map(({ handled, keptBy }) => [handled, keptBy])).toEqual(Array(4).fill([null, []]));
  expect(health.findings).toEqual([
    expect.objectContaining({
      code: 'count-generated',
      severity: 'error',
      message:
        'The server computes books_count from other columns: the statement of keep that writes it fails, and the change of a record with it.',
      triggers: ['keep'],
    }),
  ]);
  await expect(plan()).rejects.toMatchObject(refusal);
});

test('a count in another table that is computed there is refused too', async () => {
  await shelves(
    'integer DEFAULT 0',
    `CREATE TABLE shelf_stats (shelf_id integer PRIMARY KEY, books integer GENERATED ALWAYS AS (shelf_id * 0) STORED);`,
  );
  const aside = defined({
    row: { table: 'shelves', count: 'books' },
    via: { table: 'shelf_stats', row: ['shelf_id'] },
    record: { table: 'books', reference: ['shelf_id'] },
  });
  await expect(plan(aside)).rejects.toMatchObject({ code: 'count-generated' });
});
