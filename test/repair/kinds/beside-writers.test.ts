import { rmSync } from 'node:fs';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import type { CounterDefinition } from '../../../source/counter/definition/definition.ts';
import { planRepair } from '../../../source/repair/plan/read-plan.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../../helpers/database.ts';
import { needsFullScale } from '../../helpers/needs.ts';
import { doRepair, request, stateDirectory } from '../../helpers/repair.ts';
import { scaled, timeLimit } from '../../helpers/scale.ts';
import { shopCounters, shopTables, writeSales } from '../../helpers/shops.ts';

let own: TestDatabase;
let database: Database;
let directory: string;
let clients: postgres.Sql;

beforeAll(async () => {
  own = await createDatabase('template1');
  database = connectTo(own.url);
  directory = stateDirectory();
  clients = postgres(own.url, { max: 8, onnotice: () => {} });
  await own.sql.unsafe(shopTables).simple();
});
afterAll(async () => {
  await clients.end();
  await database.close();
  await own.drop();
  rmSync(directory, { recursive: true });
});

/** The shops whose count is wrong, for each counter; a missing row counts as 0. */
const wrong = () => own.sql`
  SELECT s.id, s.sales, s.taken, t.sales AS stats, x.many, x.sum FROM shops s LEFT JOIN shop_stats t ON t.shop_id = s.id
    CROSS JOIN LATERAL (SELECT count(*) AS many, coalesce(sum(price), 0) AS sum FROM sales r WHERE r.shop_id = s.id AND r.approved) x
   WHERE s.sales <> x.many OR s.taken <> x.sum OR coalesce(t.sales, 0) <> x.many`;

const sync = (counter: CounterDefinition) => doRepair(database, request('sync', directory, { counter }));

test('beside eight that add, remove, move and change the condition, every count and sum is right afterwards', {
  timeout: timeLimit(300_000),
}, async () => {
  for (let round = 0; round < scaled(2, 20); round += 1) {
    await own.sql`UPDATE shops SET sales = sales + 1 + id % 5, taken = taken - 0.125 * id WHERE id <= 15`;
    await own.sql`UPDATE shop_stats SET sales = sales - 7 WHERE shop_id % 2 = 0`;
    await own.sql`DELETE FROM shop_stats WHERE shop_id % 5 = 1`;
    expect((await wrong()).length).toBeGreaterThan(15);
    const stop = new AbortController();
    const writers = Array.from({ length: 8 }, (_, seed) =>
      writeSales(clients, 8 * round + seed, stop.signal),
    );
    try {
      for (const counter of shopCounters) {
        const outcome = await sync(counter);
        expect(outcome).toMatchObject({ ended: 'finished', error: null, left: [] });
        expect(outcome.changed).toBeGreaterThan(0);
      }
    } finally {
      stop.abort();
    }
    expect(Math.min(...(await Promise.all(writers)))).toBeGreaterThan(0);
    expect(await wrong()).toEqual([]);
  }
});

test(
  'a repair of one counter leaves the others of the same records as wrong as they were',
  needsFullScale(),
  async () => {
    const [count, sum, apart] = shopCounters;
    if (!count || !sum || !apart) throw new Error('three counters are expected');
    await own.sql`UPDATE shops SET sales = sales + 3, taken = taken + 0.5 WHERE id = 3`;
    await own.sql`UPDATE shop_stats SET sales = sales + 5 WHERE shop_id = 3`;
    const drifts = async (counter: CounterDefinition) =>
      (await planRepair(database, request('sync', directory, { counter }))).changes.map(({ id, drift }) => [
        id,
        drift,
      ]);
    const first = await sync(sum);
    expect([await drifts(count), await drifts(sum), await drifts(apart)]).toEqual([
      [['3', 3]],
      [],
      [['3', 5]],
    ]);
    await sync(count);
    await sync(apart);
    expect(await wrong()).toEqual([]);
    await doRepair(database, request('undo', directory, { counter: sum, receipt: first.receiptId }));
    expect([await drifts(count), await drifts(sum), await drifts(apart)]).toEqual([[], [['3', '0.5']], []]);
  },
);

test('nothing is written to a counter for which only a name speaks, unless it was named', async () => {
  const [counter] = shopCounters;
  const guess = { ...counter, confidence: 'guess' } as CounterDefinition;
  await expect(planRepair(database, request('sync', directory, { counter: guess }))).rejects.toMatchObject({
    code: 'only-a-guess',
    exitCode: 4,
  });
  const named = await planRepair(database, request('sync', directory, { counter: guess, named: true }));
  expect(named.remarks).toEqual([]);
});
