import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../source/connection/transactions.ts';
import type { CounterDefinition } from '../../source/counter/definition/definition.ts';
import type { BatchLimits } from '../../source/repair/batch-limits.ts';
import { planRepair } from '../../source/repair/plan/read-plan.ts';
import type { RepairRequest } from '../../source/repair/plan/repair-plan.ts';
import { noOptions } from '../../source/repair/repair.ts';
import { runRepair } from '../../source/repair/run/run.ts';
import { connectTo } from '../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';
import { defined } from '../helpers/definitions.ts';
import { request, stateDirectory } from '../helpers/repair.ts';

let own: TestDatabase;
let database: Database;
let directory: string;

beforeAll(async () => {
  own = await createDatabase('template1');
  database = connectTo(own.url);
  directory = stateDirectory();
});
afterAll(async () => {
  await database.close();
  await own.drop();
  rmSync(directory, { recursive: true });
});

const options = { ...noOptions, deleteHistory: true };
const arrange = (sql: string) =>
  own.sql.unsafe(`DROP SCHEMA public CASCADE; CREATE SCHEMA public; ${sql}`).simple();
const read = async (query: string) => (await own.sql.unsafe(query)).map(row => ({ ...row }));

async function run(asked: RepairRequest, most: Partial<BatchLimits> = {}) {
  const plan = await planRepair(database, asked);
  const steps = runRepair(database, plan, { timeout: 30, lockTimeout: 2, directory, fresh: true, most });
  for (;;) {
    const step = await steps.next();
    if (step.done) return step.value;
  }
}

/** Deletes the history and puts it back: what a query shows before, in between and after. */
async function around(counter: CounterDefinition, shown: string, most: Partial<BatchLimits> = {}) {
  const before = await read(shown);
  const reset = await run(request('reset', directory, { counter, options }), most);
  expect(reset).toMatchObject({ left: [], error: null });
  const between = await read(shown);
  const undo = await run(request('undo', directory, { counter, receipt: reset.receiptId }), most);
  expect(undo).toMatchObject({ left: [], error: null });
  return { before, between, after: await read(shown) };
}

const taken = defined({
  row: { table: 'shops', count: 'taken' },
  record: { table: 'sales', reference: ['shop'], amount: 'amount' },
});
const shown = 'SELECT id, taken::float8 FROM shops ORDER BY id';
const empty = [1, 2, 3].map(id => ({ id, taken: 0 }));
const sales = (amount: string, more = '') => `
  CREATE TABLE shops (id integer PRIMARY KEY, taken numeric NOT NULL DEFAULT 0);
  CREATE TABLE sales (id integer PRIMARY KEY, shop integer NOT NULL REFERENCES shops, many integer, price numeric(10, 2), ${amount}${more});
  INSERT INTO shops SELECT n FROM generate_series(1, 3) n;`;
const sold = `INSERT INTO sales (id, shop, many, price) SELECT n, 1 + n % 3, nullif(n, 5), n / 4.0 FROM generate_series(1, 12) n;`;
const computed = 'amount numeric(8, 1) GENERATED ALWAYS AS (many * price) STORED';
const added = `CREATE FUNCTION add_up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'INSERT' THEN UPDATE shops SET taken = taken + coalesce(NEW.amount, 0) WHERE id = NEW.shop;
    ELSE UPDATE shops SET taken = taken - coalesce(OLD.amount, 0) WHERE id = OLD.shop; END IF; RETURN NULL; END $$;
  CREATE TRIGGER add_up AFTER INSERT OR DELETE ON sales FOR EACH ROW EXECUTE FUNCTION add_up();`;
const summed = `UPDATE shops SET taken = (SELECT coalesce(sum(amount), 0) FROM sales WHERE shop = shops.id);`;
const drifted = 'UPDATE shops SET taken = taken - 5.25 WHERE id = 2';

test('a sum of amounts that the server computes is as before, and as wrong as before', async () => {
  await arrange(sales(computed) + added + sold + drifted);
  const { before, between, after } = await around(taken, shown);
  expect(between).toEqual(empty);
  expect(after).toEqual(before);
});

test('the same where nothing but the repair writes it, and records come and go in parts', async () => {
  await arrange(sales(computed) + sold + summed + drifted);
  const { before, between, after } = await around(taken, shown, { records: 3 });
  expect(between).toEqual(empty);
  expect(after).toEqual(before);
});

test('the same where a function of its own computes them, under a name that SQL has to quote', async () => {
  const definition = defined({
    row: { table: 'shops', count: 'taken' },
    record: { table: 'sales', reference: ['shop'], amount: 'The "sum"' },
  });
  const twice =
    'CREATE FUNCTION twice(n integer) RETURNS integer IMMUTABLE LANGUAGE sql AS $$ SELECT n * 2 $$;';
  const quoted =
    '"The ""sum""" integer GENERATED ALWAYS AS (twice("value") + n) STORED, "value" integer DEFAULT 7, n integer DEFAULT 1';
  await arrange(`${twice + sales(quoted) + sold}UPDATE sales SET n = id; UPDATE shops SET taken = 100 * id`);
  const { before, between, after } = await around(definition, shown);
  expect(between).toEqual(empty);
  expect(after).toEqual(before);
});

test('the same where they are computed when they are read', async ({ skip }) => {
  const [version] = await own.sql`SELECT current_setting('server_version_num')::int AS number`;
  if (version?.number < 180_000) skip('before PostgreSQL 18 no column is virtual');
  await arrange(sales('amount numeric GENERATED ALWAYS AS (many * price)') + sold + summed + drifted);
  const { before, between, after } = await around(taken, shown);
  expect(between).toEqual(empty);
  expect(after).toEqual(before);
});

test('amounts that come back converted are added up as they are then', async () => {
  await arrange(
    sales('amount numeric(8, 2)') +
      added +
      sold.replace('price)', 'price, amount)').replace('n / 4.0', 'n / 4.0, n / 4.0') +
      drifted,
  );
  const drifts =
    'SELECT id, taken - (SELECT sum(amount) FROM sales WHERE shop = shops.id) AS drift FROM shops ORDER BY id';
  const before = await read(drifts);
  const { receiptId } = await run(request('reset', directory, { counter: taken, options }));
  await own.sql`ALTER TABLE sales ALTER COLUMN amount TYPE numeric(8, 1)`;
  const columns = { map: [['amount', 'amount'] as const], drop: [] };
  const undo = await run(request('undo', directory, { counter: taken, receipt: receiptId, columns }));
  expect(undo).toMatchObject({ left: [], error: null });
  const after = await read(drifts);
  expect(after.map(({ drift }) => Number(drift))).toEqual(before.map(({ drift }) => Number(drift)));
});

test('an undo that would leave out what amounts are computed from is refused, and so is one with a default', async () => {
  await arrange(sales(computed) + added + sold);
  const { receiptId } = await run(request('reset', directory, { counter: taken, options }));
  const columns = { map: [], drop: ['price'] };
  const asked = request('undo', directory, { counter: taken, receipt: receiptId, columns });
  await expect(planRepair(database, asked)).rejects.toMatchObject({
    code: 'columns-changed',
    exitCode: 4,
    message: 'amount of public.sales is computed from price, and the receipt gives no value for it.',
  });
  expect(await read(shown)).toEqual(empty);
  await arrange(sales('amount integer DEFAULT 3') + added + sold);
  const other = await run(request('reset', directory, { counter: taken, options }));
  await expect(
    planRepair(
      database,
      request('undo', directory, {
        counter: taken,
        receipt: other.receiptId,
        columns: { map: [], drop: ['amount'] },
      }),
    ),
  ).rejects.toMatchObject({ code: 'columns-changed', exitCode: 4 });
});

test('records that name their row in a column that the server computes are not deleted', async () => {
  await arrange(
    `CREATE TABLE shops (id integer PRIMARY KEY, sold integer NOT NULL DEFAULT 0);
     CREATE TABLE sales (id integer PRIMARY KEY, code text, shop integer GENERATED ALWAYS AS (length(code)) STORED);
     INSERT INTO shops VALUES (1, 1), (2, 0); INSERT INTO sales VALUES (1, 'a'), (2, 'bb')`,
  );
  const counter = defined({
    row: { table: 'shops', count: 'sold' },
    record: { table: 'sales', reference: ['shop'] },
  });
  await expect(planRepair(database, request('reset', directory, { counter, options }))).rejects.toMatchObject(
    {
      code: 'history-not-apart',
      exitCode: 4,
    },
  );
  expect(await run(request('reset', directory, { counter }))).toMatchObject({ changed: 1, left: [] });
});

const posts = defined({
  row: { table: 'posts', count: 'replies' },
  record: { table: 'replies', reference: ['post'] },
});
const counts = 'SELECT id, replies FROM posts ORDER BY id';
const thread = `
  CREATE TABLE posts (id integer PRIMARY KEY, replies integer NOT NULL DEFAULT 0 CHECK (replies >= 0), words bigint NOT NULL DEFAULT 0);
  CREATE TABLE replies (id integer PRIMARY KEY, post integer NOT NULL REFERENCES posts DEFERRABLE INITIALLY DEFERRED, words integer NOT NULL DEFAULT 40);
  INSERT INTO posts SELECT n FROM generate_series(1, 3) n;`;
const written = 'INSERT INTO replies SELECT n, 1 + n % 3 FROM generate_series(1, 9) n;';
const twoMore = 'UPDATE posts SET replies = replies + 2, words = words + 7 WHERE id = 2;';
const counting = (
  how: string,
) => `CREATE FUNCTION count_replies() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'INSERT' THEN UPDATE posts SET replies = replies + 1, words = words + NEW.words WHERE id = NEW.post;
    ELSE UPDATE posts SET replies = replies - 1, words = words - OLD.words WHERE id = OLD.post; END IF; RETURN NULL; END $$;
  CREATE CONSTRAINT TRIGGER count_replies AFTER INSERT OR DELETE ON replies ${how} FOR EACH ROW EXECUTE FUNCTION count_replies();`;
const checking = (
  wrong: string,
) => `CREATE FUNCTION check_replies() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF (SELECT sum(replies) FROM posts) ${wrong} (SELECT count(*) FROM replies) THEN RAISE 'miscounted' USING ERRCODE = 'PX001'; END IF; RETURN NULL; END $$;
  CREATE CONSTRAINT TRIGGER check_replies AFTER INSERT OR DELETE ON replies DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_replies();`;
const recount = `CREATE FUNCTION recount() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE posts p SET replies = (SELECT count(*) FROM replies r WHERE r.post = p.id) WHERE id IN (OLD.post, NEW.post); RETURN NULL; END $$;
  CREATE CONSTRAINT TRIGGER recount AFTER INSERT OR DELETE ON replies DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION recount();`;
const zeros = [1, 2, 3].map(id => ({ id, replies: 0 }));

describe('a count that triggers keep at the end of a transaction is 0, and then as before', () => {
  test.each([
    ['by steps of one', counting('DEFERRABLE INITIALLY DEFERRED')],
    ['at once, though they may be deferred', counting('DEFERRABLE INITIALLY IMMEDIATE')],
    ['by counting again', recount],
  ])('%s', async (_, trigger) => {
    await arrange(thread + trigger + written + twoMore);
    const { before, between, after } = await around(posts, counts, { records: 2 });
    expect(between).toEqual(zeros);
    expect(after).toEqual(before);
  });

  test('and so is a sum', async () => {
    const words = defined({
      row: { table: 'posts', count: 'words' },
      record: { table: 'replies', reference: ['post'], amount: 'words' },
    });
    await arrange(thread + counting('DEFERRABLE INITIALLY DEFERRED') + written + twoMore);
    const all = 'SELECT id, replies, words::int FROM posts ORDER BY id';
    const { before, between, after } = await around(words, all);
    expect(between.map(row => row.words)).toEqual([0, 0, 0]);
    expect(after).toEqual(before);
  });
});

test('a trigger that checks counts at the end of a transaction sees what was written', async () => {
  await arrange(thread + checking('<>') + written.replace(';', '; UPDATE posts SET replies = 3;'));
  const { before, between, after } = await around(posts, counts);
  expect(between).toEqual(zeros);
  expect(after).toEqual(before);
});

test('where one checks a count that another then changes, nothing is written', async () => {
  await arrange(thread + counting('DEFERRABLE INITIALLY DEFERRED') + written);
  await own.sql.unsafe(`ALTER TABLE posts DROP CONSTRAINT posts_replies_check; ${checking('>')}`).simple();
  const before = await read(counts);
  const { changed, deleted, left } = await run(request('reset', directory, { counter: posts, options }));
  expect({ changed, deleted }).toEqual({ changed: 0, deleted: 0 });
  expect(left.map(({ reason }) => reason)).toEqual(['refused', 'refused', 'refused']);
  expect(await read(counts)).toEqual(before);
});
