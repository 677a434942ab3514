import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import { readTables } from '../../../source/counter/discovery/tables.ts';
import { readUsesOverTime, type UsesOverTime } from '../../../source/counter/reading/uses-over-time.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../../helpers/database.ts';

let own: TestDatabase;
let database: Database;
beforeAll(async () => {
  own = await createDatabase();
  // A zone on the other side of the world: half a day lies between its clock and that of UTC.
  await own.sql.unsafe(`ALTER DATABASE ${own.name} SET timezone TO 'Pacific/Auckland'`);
  database = connectTo(own.url);
});
afterAll(async () => {
  await database.close();
  await own.drop();
});

const read = (type: string, days: number): Promise<UsesOverTime> =>
  database.read(async reader => {
    const tables = await readTables(reader, 'public');
    const records = { ...tables.records, time: `"when ${type}"`, timeType: type };
    const mine = 'FROM made WHERE id::text OPERATOR(pg_catalog.=) $1';
    return readUsesOverTime(reader, { ...tables, records, path: 'own' }, { mine, id: '1', days });
  });
const sum = (bars: readonly number[]) => bars.reduce((total, uses) => total + uses, 0);

test('days, hours and weeks are those of UTC, for times with a zone and without one', async () => {
  // Hours ago: near both ends of this week and of the one before, a day to come and an hour to come. Each twice in the hour that is asked for.
  await own.sql.unsafe(`
    CREATE TABLE made AS SELECT 1 AS id, now() - make_interval(hours => h) AS "when timestamp with time zone",
      (now() AT TIME ZONE 'UTC') - make_interval(hours => h) AS "when timestamp without time zone"
      FROM unnest('{0,47,47,50,167,169,335,337,-48,-1}'::int[]) h`);
  for (const type of ['timestamp with time zone', 'timestamp without time zone']) {
    const { perDay, perHour, weeks } = await read(type, 14);
    expect(weeks, type).toEqual({ last: 5, before: 2 });
    expect(perHour, type).toHaveLength(48);
    // The clock may strike between the insert and the read.
    expect([perHour.slice(0, 2), perHour.slice(-2)].map(sum), type).toEqual([2, 1]);
    expect(perDay, type).toHaveLength(14);
    expect(sum(perDay), type).toBeLessThanOrEqual(8);
    expect(sum(perDay), type).toBeGreaterThanOrEqual(6);
    expect(perDay.at(-1), type).toBeGreaterThanOrEqual(0);
  }
  expect((await read('timestamp with time zone', 7)).weeks).toBeNull();
});

test('a date has no hour', async () => {
  await own.sql
    .unsafe(`
    DROP TABLE IF EXISTS made;
    CREATE TABLE made AS SELECT 1 AS id, (now() AT TIME ZONE 'UTC')::date - d AS "when date" FROM unnest('{0,6,7,13,14}'::int[]) d`)
    .simple();
  const { perDay, perHour, weeks } = await read('date', 20);
  expect(perHour).toEqual([]);
  expect(weeks).toEqual({ last: 2, before: 2 });
  expect(sum(perDay)).toBe(5);
});
