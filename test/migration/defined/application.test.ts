import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
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
beforeEach(async () => {
  await own.sql
    .unsafe(`
      DROP SCHEMA public CASCADE; CREATE SCHEMA public;
      CREATE TABLE hotels (id integer PRIMARY KEY, bookings_count integer NOT NULL DEFAULT 0, revenue numeric);
      CREATE TABLE bookings (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, hotel_id integer REFERENCES hotels, price numeric DEFAULT 50,
        cancelled boolean NOT NULL DEFAULT false);
      INSERT INTO hotels SELECT generate_series(1, 10);
      INSERT INTO bookings (hotel_id, cancelled) SELECT h, n = 1 FROM generate_series(1, 10) h, generate_series(1, 1 + h) n;`)
    .simple();
});

const record = { table: 'bookings', reference: ['hotel_id'] };
const count = defined({ row: { table: 'hotels', count: 'bookings_count' }, record });
const held = defined({
  row: { table: 'hotels', count: 'bookings_count' },
  record: { ...record, where: { kind: 'compare', column: 'cancelled', operator: '=', value: 'false' } },
});
const revenue = defined({
  row: { table: 'hotels', count: 'revenue' },
  record: { ...record, amount: 'price' },
});
const all = defined({
  row: { table: 'sums', key: [], count: 'bookings' },
  record: { table: 'bookings', reference: [] },
});

const counted =
  'UPDATE hotels SET bookings_count = (SELECT count(*) FROM bookings b WHERE b.hotel_id = hotels.id';
const plan = (definition: CounterDefinition, dryRun: boolean) =>
  planCounterMigration(database, { definition, readOnly: false, dryRun, applicationStopped: false });
const codes = async (definition: CounterDefinition) =>
  (await readCounterHealth(database, definition)).health.findings.map(({ code }) => code);

test.each<[string, CounterDefinition, string]>([
  ['a count, one of them wrong', count, `${counted}); UPDATE hotels SET bookings_count = 0 WHERE id = 5`],
  ['a count with a condition', held, `${counted} AND NOT cancelled)`],
  [
    'a sum',
    revenue,
    'UPDATE hotels SET revenue = (SELECT sum(price) FROM bookings b WHERE b.hotel_id = hotels.id)',
  ],
  [
    'a table-wide count, nearly right',
    all,
    'CREATE TABLE sums (bookings integer); INSERT INTO sums SELECT count(*) - 2 FROM bookings',
  ],
  [
    'a count of which a trigger only subtracts',
    count,
    `${counted}); CREATE FUNCTION less() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       UPDATE hotels SET bookings_count = bookings_count - 1 WHERE id = OLD.hotel_id; RETURN NULL; END $$;
     CREATE TRIGGER less AFTER DELETE ON bookings FOR EACH ROW EXECUTE FUNCTION less()`,
  ],
])('what the application keeps is not counted twice: %s', async (_, definition, sql) => {
  await own.sql.unsafe(sql).simple();
  expect(await codes(definition)).toContain('kept-by-application');
  const { beside, findings } = await plan(definition, true);
  expect(beside).toMatchObject({ code: 'kept-by-application', severity: 'warning' });
  expect(findings).toContainEqual(beside);
  await expect(plan(definition, false)).rejects.toMatchObject({ code: 'kept-elsewhere', exitCode: 4 });
  const { result } = await install(database, definition);
  expect(result.left).toEqual([]);
  expect(await codes(definition)).not.toContain('kept-by-application');
});

test.each([
  ['counts that are all 0', ''],
  ['counts that are far from right', 'UPDATE hotels SET bookings_count = 100 + id'],
  ['no records at all', 'TRUNCATE bookings'],
])('nothing speaks for an application: %s', async (_, sql) => {
  await own.sql.unsafe(sql).simple();
  expect(await codes(count)).toEqual(['trigger-missing']);
  expect((await plan(count, false)).beside).toBeNull();
});

test('what was installed here is put back without a question', async () => {
  await install(database, count);
  await own.sql.unsafe(`${counted}); DROP TRIGGER keep_hotels_bookings_count_insert ON bookings`).simple();
  expect(await plan(count, false)).toMatchObject({ beside: null, drops: [] });
});

test('a function that adds may be what the application calls', async () => {
  await own.sql.unsafe(
    'CREATE FUNCTION book(hotel integer) RETURNS void LANGUAGE sql AS $$ UPDATE hotels SET bookings_count = bookings_count + 1 WHERE id = hotel $$',
  );
  const { findings } = (await readCounterHealth(database, count)).health;
  expect(findings.find(({ code }) => code === 'kept-by-application')?.message).toBe(
    'The application may keep public.hotels.bookings_count by calling public.book(hotel integer), which adds to bookings_count.',
  );
  await expect(plan(count, true)).rejects.toMatchObject({ code: 'would-break' });
});
