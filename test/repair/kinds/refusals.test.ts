import { rmSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import type { CounterDefinition } from '../../../source/counter/definition/definition.ts';
import { planRepair } from '../../../source/repair/plan/read-plan.ts';
import type { RepairRequest } from '../../../source/repair/plan/repair-plan.ts';
import { noOptions, type RepairAction } from '../../../source/repair/repair.ts';
import { runRepair } from '../../../source/repair/run/run.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../../helpers/database.ts';
import { defined } from '../../helpers/definitions.ts';
import { doRepair, request, stateDirectory } from '../../helpers/repair.ts';

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
beforeEach(async () => {
  await own.sql
    .unsafe(`
      DROP SCHEMA public CASCADE; CREATE SCHEMA public;
      CREATE TABLE shops (id integer PRIMARY KEY, name text, taken numeric(10, 2), sold integer, last_at timestamptz);
      CREATE TABLE sales (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, shop integer, price numeric(10, 4), paid boolean NOT NULL DEFAULT true);
      CREATE TABLE totals (sales bigint);
      CREATE TABLE stats (shop integer PRIMARY KEY, region text NOT NULL, sales integer);
      INSERT INTO shops VALUES (1, 'exact', 1, 1), (2, 'rounded', 0, NULL);
      INSERT INTO sales (shop, price) VALUES (1, 2.50), (1, NULL), (2, 0.3333);
      INSERT INTO totals VALUES (1);
      INSERT INTO stats VALUES (1, 'north', 9)`)
    .simple();
});

const sum = defined({
  row: { table: 'shops', label: 'name', count: 'taken' },
  record: { table: 'sales', reference: ['shop'], amount: 'price' },
});
const count = defined({
  row: { table: 'shops', label: 'name', count: 'sold', touched: 'last_at' },
  record: { table: 'sales', reference: ['shop'] },
});
const all = defined({
  row: { table: 'totals', key: [], count: 'sales' },
  record: { table: 'sales', reference: [] },
});
const apart = defined({
  row: { table: 'shops', label: 'name', count: 'sales' },
  via: { table: 'stats', row: ['shop'] },
  record: { table: 'sales', reference: ['shop'] },
});
const asked = (counter: CounterDefinition, action: RepairAction, over: Partial<RepairRequest> = {}) =>
  request(action, directory, { counter, ...over });
const options = { ...noOptions, deleteHistory: true };

test('a sum that the column would round is left alone and named, and the others are written', async () => {
  const outcome = await doRepair(database, asked(sum, 'sync'));
  expect(outcome).toMatchObject({
    changed: 1,
    left: [
      { name: 'rounded', reason: 'refused', message: expect.stringContaining('cannot hold the sum exactly') },
    ],
  });
  expect(await own.sql`SELECT taken::text FROM shops ORDER BY id`).toEqual([
    { taken: '2.50' },
    { taken: '0.00' },
  ]);
});

test('where a second row has come to a table that counts everything, nothing is written', async () => {
  const plan = await planRepair(database, asked(all, 'sync'));
  await own.sql`INSERT INTO totals VALUES (1)`;
  const run = runRepair(database, plan, { timeout: 30, lockTimeout: 2, directory, fresh: true });
  const ended = async () => {
    for (;;) {
      const step = await run.next();
      if (step.done) return step.value;
    }
  };
  const { changed } = await ended().catch(() => ({ changed: 0 }));
  expect(changed).toBe(0);
  expect(await own.sql`SELECT sales FROM totals ORDER BY sales`).toEqual([{ sales: '1' }, { sales: '1' }]);
});

test('a missing row that cannot be added is named, and one that is there is written', async () => {
  const plan = await planRepair(database, asked(apart, 'sync'));
  expect(plan).toMatchObject({
    changes: [{ id: '1', before: 9, after: 2 }],
    left: [
      {
        id: '2',
        message:
          'public.stats has no row for it, and none can be added: region needs a value that is not known.',
      },
    ],
  });
  await own.sql`ALTER TABLE stats ALTER region SET DEFAULT 'none'`;
  const added = await planRepair(database, asked(apart, 'sync'));
  expect(added.left).toEqual([]);
  expect(added.remarks).toMatchObject([
    { code: 'rows-added', severity: 'info' },
    { code: 'trigger-unhealthy', severity: 'warning' },
  ]);
  const outcome = await doRepair(database, asked(apart, 'sync'));
  expect(outcome).toMatchObject({ changed: 2, left: [] });
  expect(await own.sql`SELECT * FROM stats ORDER BY shop`).toEqual([
    { shop: 1, region: 'north', sales: 2 },
    { shop: 2, region: 'none', sales: 1 },
  ]);
  // What comes since is kept.
  await own.sql`INSERT INTO sales (shop) VALUES (2)`;
  await own.sql`UPDATE stats SET sales = sales + 1 WHERE shop = 2`;
  await doRepair(database, asked(apart, 'undo', { receipt: outcome.receiptId }));
  expect(await own.sql`SELECT shop, sales FROM stats ORDER BY shop`).toEqual([
    { shop: 1, sales: 9 },
    { shop: 2, sales: 1 },
  ]);
});

test('a receipt is not undone for a counter that counts something else now, nor for another one', async () => {
  const { receiptId: receipt } = await doRepair(database, asked(count, 'sync'));
  const changed = {
    ...count,
    record: { ...count.record, where: { kind: 'is', column: 'paid', value: true } as const },
  };
  await expect(planRepair(database, asked(changed, 'undo', { receipt }))).rejects.toMatchObject({
    code: 'counter-changed',
    exitCode: 4,
  });
  await expect(planRepair(database, asked(sum, 'undo', { receipt }))).rejects.toMatchObject({
    code: 'other-counter',
    exitCode: 4,
  });
  expect((await planRepair(database, asked(count, 'undo', { receipt }))).changes).toHaveLength(2);
});

test('a reset clears the time too, where the count is in the same row, and an undo sets both back', async () => {
  await own.sql`UPDATE shops SET last_at = '2024-04-04Z'`;
  const before = await own.sql`SELECT * FROM shops ORDER BY id`;
  const outcome = await doRepair(database, asked(count, 'reset', { options }));
  expect(outcome).toMatchObject({ changed: 2, deleted: 3, left: [] });
  expect(await own.sql`SELECT sold, last_at FROM shops ORDER BY id`).toEqual([
    { sold: 0, last_at: null },
    { sold: 0, last_at: null },
  ]);
  await doRepair(database, asked(count, 'undo', { receipt: outcome.receiptId }));
  expect(await own.sql`SELECT * FROM shops ORDER BY id`).toEqual(before);
});

test('records are not deleted where triggers that keep another count would be kept from firing', async () => {
  await own.sql
    .unsafe(`CREATE FUNCTION total() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE totals SET sales = sales - 1; RETURN NULL; END $$;
      CREATE TRIGGER total AFTER DELETE ON sales FOR EACH ROW EXECUTE FUNCTION total();
      CREATE FUNCTION plus() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE totals SET sales = sales + 1; RETURN NULL; END $$;
      CREATE TRIGGER plus AFTER INSERT ON sales FOR EACH ROW EXECUTE FUNCTION plus()`)
    .simple();
  await expect(
    planRepair(database, asked(count, 'reset', { options: { ...options, suppressTriggers: true } })),
  ).rejects.toMatchObject({
    code: 'cannot-suppress',
    exitCode: 4,
    message: expect.stringContaining('plus also sets sales of totals'),
  });
});

test('a counter whose rows are hidden is not written to', async () => {
  const role = `keeper_${own.name}`;
  await own.sql
    .unsafe(`ALTER TABLE sales ENABLE ROW LEVEL SECURITY; CREATE POLICY one ON sales USING (shop = 1);
      CREATE ROLE ${role} LOGIN PASSWORD 'x'; GRANT USAGE ON SCHEMA public TO ${role}; GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role}`)
    .simple();
  const hidden = connectTo(own.urlAs(role, 'x'));
  try {
    await expect(planRepair(hidden, asked(count, 'sync'))).rejects.toMatchObject({
      code: 'incomplete-view',
      exitCode: 4,
    });
  } finally {
    await hidden.close();
    await own.sql.unsafe(`DROP OWNED BY ${role}; DROP ROLE ${role}`).simple();
  }
});

describe('a plan says whether the counts will be wrong again', () => {
  const keep = `CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
      IF TG_OP <> 'INSERT' THEN UPDATE shops SET sold = coalesce(sold, 0) - 1, taken = coalesce(taken, 0) - coalesce(OLD.price, 0) WHERE id = OLD.shop; END IF;
      IF TG_OP <> 'DELETE' THEN UPDATE shops SET sold = coalesce(sold, 0) + 1, taken = coalesce(taken, 0) + coalesce(NEW.price, 0) WHERE id = NEW.shop; END IF;
      RETURN NULL;
    END $$;`;
  const on = (events: string) =>
    `${keep} CREATE TRIGGER keep AFTER ${events} ON sales FOR EACH ROW EXECUTE FUNCTION keep();`;
  const again = 'Records are not counted correctly, so counts will be wrong again: ';

  test.each<[string, string, CounterDefinition, string | null]>([
    ['nothing keeps a count', '', count, `${again}Nothing was found that keeps public.shops.sold.`],
    [
      'a trigger is disabled',
      `${on('INSERT OR UPDATE OR DELETE')} ALTER TABLE sales DISABLE TRIGGER keep`,
      count,
      `${again}The trigger keep is disabled`,
    ],
    [
      'deletes by a cascade are not handled',
      `${on('INSERT OR UPDATE')} CREATE TABLE orders (id integer PRIMARY KEY); ALTER TABLE sales ADD "order" integer REFERENCES orders ON DELETE CASCADE`,
      count,
      again,
    ],
    [
      'a sum misses amounts that a function changes',
      `${on('INSERT OR DELETE')} CREATE FUNCTION dearer() RETURNS void LANGUAGE sql AS 'UPDATE sales SET price = price * 2'`,
      sum,
      again,
    ],
    ['the count is kept', on('INSERT OR UPDATE OR DELETE'), count, null],
  ])('%s', async (_, arrange, counter, message) => {
    await own.sql.unsafe(`${arrange};`).simple();
    const { remarks } = await planRepair(database, asked(counter, 'sync'));
    const found = remarks.filter(({ code }) => code.startsWith('trigger-'));
    expect(found).toEqual(
      message === null
        ? []
        : [{ code: 'trigger-unhealthy', severity: 'warning', message: expect.stringContaining(message) }],
    );
  });
});

test('the plan of a sync says what speaks against the counter', async () => {
  const doubts = ['By the default of sold, a new row of shops begins with 1: a sync takes that away.'];
  const remarks = async (counter: CounterDefinition) =>
    (await planRepair(database, asked(counter, 'sync'))).remarks.filter(
      ({ code }) => code === 'counter-doubted',
    );
  expect(await remarks(count)).toEqual([]);
  expect(await remarks({ ...count, doubts })).toEqual([
    {
      code: 'counter-doubted',
      severity: 'warning',
      message: `A count may be meant to differ from its records. ${doubts[0]}`,
    },
  ]);
});

test('the plan of a sync says if few rows or none bear out what was read of the counter', async () => {
  const message = async (counter: CounterDefinition) =>
    (await planRepair(database, asked(counter, 'sync'))).remarks.find(({ code }) => /-agrees?$/.test(code))
      ?.message;
  const read: CounterDefinition = { ...count, source: { kind: 'trigger', evidence: [] } };
  await own.sql
    .unsafe(
      `INSERT INTO shops VALUES (3, 'third', 0, 8), (4, 'empty', 0, 0); INSERT INTO sales (shop) VALUES (3)`,
    )
    .simple();
  expect(await message(read)).toBe(
    'None of the 3 rows with records has the count that its records give. That may be drift, or not what is counted: look at a few before you confirm.',
  );
  // What the user says needs no proof.
  expect(await message(count)).toBeUndefined();
  await own.sql`INSERT INTO sales (shop) VALUES (4); UPDATE shops SET sold = 1 WHERE id = 3`.simple();
  expect(await message(read)).toBe(
    'Only 1 row of 4 rows has the count that its records give. That may be drift, or not what is counted: look at a few before you confirm.',
  );
  // Three of six are no few.
  await own.sql`INSERT INTO shops VALUES (5, 'new', 0, 0), (6, 'newer', 0, 0)`;
  expect(await message(read)).toBeUndefined();
  // Counts that were all set to 0 speak of a reset, not of another meaning.
  await own.sql`UPDATE shops SET sold = 0`;
  expect(await message(read)).toBeUndefined();
  // Right sums that cancel out bear it out too.
  const amounts: CounterDefinition = { ...sum, source: { kind: 'trigger', evidence: [] } };
  await own.sql
    .unsafe(
      `TRUNCATE shops, sales; INSERT INTO shops (id, taken) SELECT g, CASE g WHEN 1 THEN 50 WHEN 2 THEN -50 ELSE 1 END FROM generate_series(1, 5) g;
       INSERT INTO sales (shop, price) SELECT g, CASE g WHEN 1 THEN 50 WHEN 2 THEN -50 ELSE 7 END FROM generate_series(1, 5) g`,
    )
    .simple();
  expect(await message(amounts)).toMatch(/^Only 2 rows of 5 rows have the count that their records give\./);
  await own.sql`UPDATE shops SET taken = 9`;
  expect(await message(amounts)).toMatch(/^None of the 5 rows /);
});
