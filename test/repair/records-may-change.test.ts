import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Database } from '../../source/connection/transactions.ts';
import { planRepair } from '../../source/repair/plan/read-plan.ts';
import { noOptions } from '../../source/repair/repair.ts';
import { connectTo } from '../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';
import { defined } from '../helpers/definitions.ts';
import { doRepair, request, stateDirectory } from '../helpers/repair.ts';

let own: TestDatabase;
let database: Database;
let directory: string;
const options = { ...noOptions, deleteHistory: true };
const counter = defined({
  row: { table: 'blogs', count: 'entries' },
  record: { table: 'entries', reference: ['blog'] },
});

beforeAll(async () => {
  own = await createDatabase('template1');
  database = connectTo(own.url);
});
afterAll(async () => {
  await database.close();
  await own.drop();
});
beforeEach(async () => {
  directory = stateDirectory();
  await own.sql
    .unsafe(`DROP SCHEMA public CASCADE; CREATE SCHEMA public;
      CREATE TABLE blogs (id integer PRIMARY KEY, entries integer NOT NULL DEFAULT 0, words integer NOT NULL DEFAULT 0, updated_at timestamptz);
      CREATE TABLE entries (id serial PRIMARY KEY, blog integer NOT NULL REFERENCES blogs, slug text, written_at timestamptz, rev integer);
      CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        NEW.written_at := clock_timestamp(); NEW.slug := lower(NEW.slug); NEW.rev := coalesce(NEW.rev, 0) + 1; RETURN NEW; END $$;
      CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON entries FOR EACH ROW EXECUTE FUNCTION stamp();
      CREATE FUNCTION count_entry() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP = 'INSERT' THEN UPDATE blogs SET entries = entries + 1, updated_at = now() WHERE id = NEW.blog;
        ELSE UPDATE blogs SET entries = entries - 1 WHERE id = OLD.blog; END IF; RETURN NULL; END $$;
      CREATE TRIGGER count_entry AFTER INSERT OR DELETE ON entries FOR EACH ROW EXECUTE FUNCTION count_entry();
      INSERT INTO blogs VALUES (1), (2); INSERT INTO entries (blog, slug) SELECT 1 + n % 2, 'Entry ' || n FROM generate_series(1, 10) n;
      SET session_replication_role = replica; UPDATE entries SET slug = 'KEEP Upper' WHERE id < 4; RESET session_replication_role`)
    .simple();
});

const entries = async () => [...(await own.sql`SELECT e::text FROM entries e ORDER BY id`)];
const said = ({ remarks }: Awaited<ReturnType<typeof planRepair>>) =>
  remarks.filter(({ code }) => code === 'records-may-change').map(({ message }) => message);
const sets =
  'stamp may set written_at, slug, rev of records that an undo puts back, so they may not be as they were.';
const exactly = ' An undo with --suppress-triggers puts them back exactly as they were.';

test('the reset says which columns a trigger changes in what an undo puts back, and how they come back unchanged', async () => {
  const before = await entries();
  const counts = await own.sql`SELECT id, entries FROM blogs ORDER BY id`;
  const reset = await planRepair(database, request('reset', directory, { counter, options }));
  expect(said(reset)).toEqual([sets + exactly]);
  // Every record counts, so there is none that would have to stay.
  expect(reset.remarks.map(({ code }) => code)).not.toContain('method');
  const { receiptId } = await doRepair(database, request('reset', directory, { counter, options }));
  const undo = request('undo', directory, { counter, receipt: receiptId });
  const plan = await planRepair(database, undo);
  expect(said(plan)).toEqual([sets + exactly]);
  expect(plan.whyNotSuppress).toBeNull();
  const quiet = { ...undo, options: { ...noOptions, suppressTriggers: true } };
  expect(said(await planRepair(database, quiet))).toEqual([]);
  expect(await doRepair(database, quiet)).toMatchObject({ restored: 10, left: [], error: null });
  expect(await entries()).toEqual(before);
  expect(await own.sql`SELECT id, entries FROM blogs ORDER BY id`).toEqual(counts);
});

const words = (body: string, events = 'AFTER INSERT OR DELETE ON entries') =>
  `CREATE FUNCTION more() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} RETURN NEW; END $$;
   CREATE TRIGGER more ${events} FOR EACH ROW EXECUTE FUNCTION more()`;

test.each([
  ['adds to another number', words('UPDATE blogs SET words = words + 1;'), 'more also sets words of blogs'],
  [
    'counts it anew',
    words('UPDATE blogs b SET words = (SELECT sum(rev) FROM entries);'),
    'more also sets words',
  ],
  [
    'sets it with the count',
    words('NEW.words := NEW.entries * 9;', 'BEFORE UPDATE ON blogs'),
    'more also sets words',
  ],
  ['does not show what it writes', words('EXECUTE TG_ARGV[0];'), 'more may keep another number'],
])('where a trigger %s, suppressing is refused and so is not recommended', async (_, sql, why) => {
  await own.sql.unsafe(sql).simple();
  const reset = request('reset', directory, { counter, options });
  const plan = await planRepair(database, reset);
  expect(said(plan)).toEqual([sets]);
  expect(plan.whyNotSuppress).toContain(why);
  await expect(
    planRepair(database, { ...reset, options: { ...options, suppressTriggers: true } }),
  ).rejects.toMatchObject({ code: 'cannot-suppress', exitCode: 4 });
});

test('a trigger that updates other records as one is put back is named too', async () => {
  await own.sql
    .unsafe(words('UPDATE public.entries e SET slug = NULL WHERE e.id < NEW.id;', 'AFTER INSERT ON entries'))
    .simple();
  const plan = await planRepair(database, request('reset', directory, { counter, options }));
  expect(said(plan).map(message => message.split(', so ')[0])).toEqual([
    'more may set slug of records that an undo puts back',
    sets.split(', so ')[0],
  ]);
});
