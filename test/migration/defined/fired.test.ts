import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import { planCounterMigration } from '../../../source/migration/defined/read-counter-plan.ts';
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
  row: { table: 'products', count: 'reviews_count' },
  record: { table: 'reviews', reference: ['product_id'] },
});
const plan = () =>
  planCounterMigration(database, { definition, readOnly: false, dryRun: true, applicationStopped: true });
const arrange = (statements: string) => own.sql.unsafe(statements).simple();

// A counter whose trigger of the invoker misses moves, so that there is something to install.
beforeEach(() =>
  arrange(`
    DROP SCHEMA IF EXISTS shop CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE SCHEMA shop;
    CREATE TABLE products (id integer PRIMARY KEY, name text, reviews_count integer NOT NULL DEFAULT 0, status text, changed_by text);
    CREATE TABLE reviews (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, product_id integer REFERENCES products);
    CREATE TABLE badges (product_id integer UNIQUE, mood text);
    CREATE TABLE log (at timestamptz DEFAULT now(), who text);
    CREATE TYPE mood AS ENUM ('good', 'bad');
    CREATE FUNCTION rc() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      UPDATE products SET reviews_count = reviews_count - 1 WHERE id = OLD.product_id; RETURN NULL; END $$;
    CREATE TRIGGER rc AFTER INSERT OR DELETE ON reviews FOR EACH ROW EXECUTE FUNCTION rc();
    INSERT INTO products SELECT generate_series(1, 3);`),
);

const fires = (body: string, more = '', on = 'AFTER UPDATE OF reviews_count', when = '') => `
  CREATE FUNCTION badge() RETURNS trigger LANGUAGE plpgsql ${more} AS $$ ${body} $$;
  CREATE TRIGGER badge ${on} ON products FOR EACH ROW ${when} EXECUTE FUNCTION badge();`;
const inserts =
  'BEGIN INSERT INTO badges (product_id) VALUES (NEW.id) ON CONFLICT DO NOTHING; RETURN NULL; END';
const seldom = 'WHEN (NEW.reviews_count >= 50 AND OLD.reviews_count < 50)';

test('a trigger of the rows that would not find its table is named, with the way out', async () => {
  await arrange(fires(inserts, '', undefined, seldom));
  await expect(plan()).rejects.toMatchObject({
    code: 'names-not-found',
    exitCode: 4,
    message:
      'The trigger badge of public.products runs public.badge(), which names badges without a schema. What is installed changes the count with search_path = pg_catalog, pg_temp, so badges would not be found, and the change of a record would fail.',
    hint: 'Run ALTER FUNCTION public.badge() SET search_path = public, pg_temp, or write the schema before the name; then run migrate.',
  });
  await arrange('ALTER FUNCTION public.badge() SET search_path = public, pg_temp');
  const { result } = await install(database, definition);
  expect(result.left).toEqual([]);
  await arrange('INSERT INTO reviews (product_id) SELECT 1 FROM generate_series(1, 60)');
  expect(await own.sql`SELECT product_id FROM badges`).toEqual([{ product_id: 1 }]);
});

test.each<[string, string, string]>([
  [
    'a function',
    `CREATE FUNCTION award(p integer) RETURNS void LANGUAGE sql AS $$ SELECT 1 $$;
     ${fires('BEGIN PERFORM award(NEW.id); RETURN NULL; END')}`,
    'award',
  ],
  ['a type', fires("BEGIN RAISE NOTICE '%', 'good'::mood; RETURN NULL; END"), 'mood'],
  ['a declared type', fires('DECLARE m mood; BEGIN RETURN NULL; END'), 'mood'],
  ['the type of a column', fires('DECLARE m badges.mood%TYPE; BEGIN RETURN NULL; END'), 'badges'],
  ['a row type', fires('DECLARE b badges%ROWTYPE; BEGIN RETURN NULL; END'), 'badges'],
  [
    'a sequence in a string',
    `CREATE SEQUENCE numbers; ${fires("BEGIN PERFORM nextval('numbers'); RETURN NULL; END")}`,
    'numbers',
  ],
  [
    'an operator',
    `CREATE OPERATOR public.=== (LEFTARG = integer, RIGHTARG = integer, FUNCTION = int4eq);
     ${fires('BEGIN IF NEW.id === 1 THEN RETURN NULL; END IF; RETURN NULL; END')}`,
    '===',
  ],
  [
    'what a function names that it calls with its schema',
    `CREATE FUNCTION shop.award(p integer) RETURNS void LANGUAGE sql AS $$ INSERT INTO public.badges VALUES (p); SELECT 1 $$;
     CREATE FUNCTION shop.deep(p integer) RETURNS void LANGUAGE plpgsql AS $$ BEGIN DELETE FROM log; END $$;
     ${fires('BEGIN PERFORM shop.award(NEW.id), shop.deep(NEW.id); RETURN NULL; END')}`,
    'log',
  ],
  [
    'what the trigger of a table names that it writes',
    `CREATE FUNCTION logs() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log DEFAULT VALUES; RETURN NULL; END $$;
     CREATE TRIGGER logs AFTER INSERT ON badges FOR EACH ROW EXECUTE FUNCTION logs();
     ${fires('BEGIN INSERT INTO public.badges VALUES (NEW.id); RETURN NULL; END')}`,
    'log',
  ],
  [
    'a trigger of the statement',
    fires(inserts.replace('NEW.id', '1'), '').replace('EACH ROW', 'EACH STATEMENT'),
    'badges',
  ],
  [
    'what a check calls',
    `CREATE FUNCTION shop.fits(n integer) RETURNS boolean LANGUAGE sql AS $$ SELECT n >= 0 OR EXISTS (SELECT FROM badges) $$;
     SET check_function_bodies = off; ALTER TABLE products ADD CHECK (shop.fits(reviews_count))`,
    'badges',
  ],
])('%s without a schema is not found', async (_, sql, name) => {
  await arrange(sql);
  await expect(plan()).rejects.toMatchObject({
    code: 'names-not-found',
    message: expect.stringContaining(`names ${name} without a schema`),
  });
});

test.each<[string, string]>([
  ['names with schemas', fires(inserts.replace('badges', 'public.badges'))],
  [
    "the server's own names",
    fires("BEGIN PERFORM pg_notify('x', lower(NEW.name) || now()::text); RETURN NULL; END"),
  ],
  ['a search_path of its own', fires(inserts, 'SET search_path = public')],
  ['a trigger that is off', `${fires(inserts)} ALTER TABLE products DISABLE TRIGGER badge`],
  ['a trigger of another column', fires(inserts, '', 'AFTER UPDATE OF name')],
  ['a trigger of inserts', fires(inserts, '', 'AFTER INSERT')],
  [
    'a trigger that fires at the end of the transaction',
    fires(inserts, '', 'AFTER UPDATE').replace(
      'CREATE TRIGGER badge AFTER UPDATE ON products',
      'CREATE CONSTRAINT TRIGGER badge AFTER UPDATE ON products DEFERRABLE INITIALLY DEFERRED',
    ),
  ],
  [
    'a query of WITH that is called like a table',
    fires(
      'BEGIN WITH badges AS (SELECT 1) INSERT INTO public.log SELECT now() FROM badges; RETURN NULL; END',
    ),
  ],
  [
    'what only a policy calls, which the owner is not subject to',
    `CREATE FUNCTION shop.sees() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RETURN EXISTS (SELECT FROM badges); END $$;
     ALTER TABLE products ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON products USING (shop.sees())`,
  ],
])('nothing is wrong with %s', async (_, sql) => {
  await arrange(sql);
  const { warnings } = await plan();
  expect(warnings).toEqual([]);
});

test('what cannot be read is said', async () => {
  await arrange(
    fires(
      "BEGIN IF NEW.id < 0 THEN EXECUTE format('DELETE FROM %s', (SELECT min(who) FROM public.log)); END IF; RETURN NULL; END",
    ),
  );
  const { warnings, findings } = await plan();
  expect(warnings).toEqual([
    expect.objectContaining({
      code: 'names-unread',
      severity: 'warning',
      message: expect.stringMatching(
        /^It is not known whether the trigger badge of public\.products finds what it names: public\.badge\(\) runs SQL that is not known before it runs\./,
      ),
    }),
  ]);
  expect(findings).toEqual(expect.arrayContaining(warnings));
});

test('what is installed already, and would fail, is found', async () => {
  await install(database, definition);
  await arrange(fires(inserts, '', undefined, seldom));
  const { statements, findings } = await plan();
  expect(statements).toEqual([]);
  expect(findings).toContainEqual(
    expect.objectContaining({ code: 'names-not-found', severity: 'error', triggers: ['badge'] }),
  );
});

const asks = (what: string) => `NEW.changed_by := ${what}; RETURN NEW;`;
const ownerOf = (message: string) => ({
  code: 'runs-as-owner',
  severity: 'warning',
  message: `${message} asks for the current user. What is installed changes the count as postgres, so then that is postgres, whoever changes the record.`,
});

test.each<[string, string, string]>([
  [
    'a trigger of the rows',
    fires(`BEGIN ${asks('current_user')} END`, '', 'BEFORE UPDATE'),
    'The trigger badge of public.products, in public.badge(),',
  ],
  [
    'with another word for it',
    fires(`BEGIN ${asks("coalesce(user, 'x')")} END`, '', 'BEFORE UPDATE'),
    'The trigger badge of public.products, in public.badge(),',
  ],
  [
    'the default of a table that such a trigger fills',
    `ALTER TABLE log ALTER who SET DEFAULT current_user;
     ${fires('BEGIN INSERT INTO public.log DEFAULT VALUES; RETURN NULL; END')}`,
    'The default of who of public.log',
  ],
  [
    'a policy of the rows',
    'ALTER TABLE products ENABLE ROW LEVEL SECURITY; CREATE POLICY mine ON products USING (changed_by = current_user)',
    'The policy mine of public.products',
  ],
])('what takes the owner for the user is said: %s', async (_, sql, message) => {
  await arrange(sql);
  const { warnings, findings } = await plan();
  expect(warnings).toEqual([expect.objectContaining(ownerOf(message))]);
  expect(findings).toEqual(expect.arrayContaining(warnings));
});

test.each<[string, string]>([
  ['the session asks for its user', fires(`BEGIN ${asks('session_user')} END`, '', 'BEFORE UPDATE')],
  [
    'it runs as its owner already',
    fires(`BEGIN ${asks('current_user')} END`, 'SECURITY DEFINER', 'BEFORE UPDATE'),
  ],
  [
    'what counted ran as its owner too',
    `ALTER FUNCTION rc() SECURITY DEFINER; ${fires(`BEGIN ${asks('current_user')} END`, '', 'BEFORE UPDATE')}`,
  ],
  ['a default is not used by updates', 'ALTER TABLE products ALTER changed_by SET DEFAULT current_user'],
])('nothing changes for who changed a row where %s', async (_, sql) => {
  await arrange(sql);
  expect((await plan()).warnings).toEqual([]);
});
