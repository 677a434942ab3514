import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import type { CounterDefinition } from '../../../source/counter/definition/definition.ts';
import { planCounterMigration } from '../../../source/migration/defined/read-counter-plan.ts';
import { readCounterHealth } from '../../../source/trigger/defined/read-health.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../../helpers/database.ts';
import { defined } from '../../helpers/definitions.ts';
import { install } from './every-kind.ts';

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

const posts = `CREATE TABLE authors (id integer PRIMARY KEY, likes_count integer NOT NULL DEFAULT 0);
  CREATE TABLE posts (id integer PRIMARY KEY, author_id integer NOT NULL REFERENCES authors);
  CREATE TABLE likes (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, post_id integer NOT NULL REFERENCES posts ON DELETE CASCADE);`;
const likes = defined({
  row: { table: 'authors', count: 'likes_count' },
  record: {
    table: 'likes',
    reference: ['post_id'],
    through: { schema: 'public', table: 'posts', key: ['id'], reference: ['author_id'] },
  },
});
const renumbered =
  'ALTER TABLE books DROP CONSTRAINT books_shelf_id_fkey, ADD FOREIGN KEY (shelf_id) REFERENCES shelves ON UPDATE CASCADE';

test('where the table between is counted anew, deleted records cannot stay counted', async () => {
  await own.sql.unsafe(`DROP SCHEMA public CASCADE; CREATE SCHEMA public; ${posts}`).simple();
  expect((await plan(likes)).statements).not.toEqual([]);
  await expect(plan({ ...likes, onDelete: 'keeps' })).rejects.toMatchObject({
    code: 'does-not-fit',
    message: expect.stringContaining('what was deleted is not there any more'),
  });
  const found = await plan({ ...likes, onDelete: 'keeps', source: { kind: 'trigger', evidence: [] } });
  expect(found.deletes).toMatch(/^Deleted .* is then lost from the count\.$/);
});

describe('tables of several owners', () => {
  const roles = ['shelver', 'reader'].map(name => `${name}_${process.pid}`);
  const [shelver = '', reader = ''] = roles;
  const belongs = `ALTER TABLE shelves OWNER TO ${shelver}; ALTER TABLE books OWNER TO ${reader}; GRANT USAGE, CREATE ON SCHEMA public TO ${shelver}; GRANT USAGE ON SCHEMA public TO ${reader};`;
  beforeAll(() => own.sql.unsafe(roles.map(name => `CREATE ROLE ${name}`).join(';')).simple());
  afterAll(() =>
    own.sql
      .unsafe(
        `DROP SCHEMA public CASCADE; CREATE SCHEMA public; ${roles.map(name => `DROP ROLE ${name}`).join(';')}`,
      )
      .simple(),
  );

  test('what is installed runs as the owner of the count, never as who installs it', async () => {
    await shelves('integer DEFAULT 0', belongs);
    await install(database, definition);
    const [row] =
      await own.sql`SELECT pg_get_userbyid(proowner) AS owner, prosecdef FROM pg_proc WHERE proname = 'keep_shelves_books_count'`;
    expect(row).toEqual({ owner: shelver, prosecdef: true });
    await own.sql
      .unsafe(`SET ROLE ${reader}; INSERT INTO books (shelf_id, pages) VALUES (1, 1); RESET ROLE`)
      .simple();
    expect(await own.sql`SELECT books_count FROM shelves WHERE id = 1`).toEqual([{ books_count: 6 }]);
  });

  test.each([
    ['a key that changes', definition, () => shelves('integer DEFAULT 0', `${renumbered}; ${belongs}`)],
    [
      'a table between',
      likes,
      () =>
        own.sql
          .unsafe(
            `DROP SCHEMA public CASCADE; CREATE SCHEMA public; ${posts} ALTER TABLE posts OWNER TO ${reader}`,
          )
          .simple(),
    ],
  ])('nothing that reads the table of another owner is installed: %s', async (_, wanted, make) => {
    await make();
    await expect(plan(wanted)).rejects.toMatchObject({ code: 'owners-differ', exitCode: 4 });
  });

  test.each([
    ['the records, if a key that changes counts them anew', `${renumbered}; ALTER TABLE books`, true],
    ['the records, if nothing reads them', 'ALTER TABLE books', false],
    ['the rows', 'ALTER TABLE shelves', true],
  ])('nothing is installed that row-level security hides rows from: %s', async (_, alter, isRefused) => {
    const owned = `ALTER TABLE shelves OWNER TO ${shelver}; ALTER TABLE books OWNER TO ${shelver}; GRANT USAGE, CREATE ON SCHEMA public TO ${shelver};`;
    await shelves(
      'integer DEFAULT 0',
      `${owned} ${alter} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY`,
    );
    if (!isRefused) expect((await plan()).statements).not.toEqual([]);
    else
      await expect(plan()).rejects.toMatchObject({
        code: 'does-not-fit',
        message: expect.stringContaining(`holds for ${shelver} too`),
      });
    await own.sql.unsafe(`ALTER ROLE ${shelver} BYPASSRLS`);
    expect((await plan()).statements).not.toEqual([]);
    await own.sql.unsafe(`ALTER ROLE ${shelver} NOBYPASSRLS`);
  });
});
