import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import { auditCounters } from '../../../source/counter/audit/audit-counters.ts';
import { type Counter, isWrong } from '../../../source/counter/counter.ts';
import { readCounterTables } from '../../../source/counter/discovery/tables.ts';
import { readCounters } from '../../../source/counter/reading/counters.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../../helpers/database.ts';
import { scaled, timeLimit } from '../../helpers/scale.ts';
import { shopCounters, shopTables, writeSales } from '../../helpers/shops.ts';

let own: TestDatabase;
let database: Database;

beforeAll(async () => {
  own = await createDatabase('template1');
  database = connectTo(own.url);
  await own.sql.unsafe(shopTables).simple();
  await own.sql`VACUUM ANALYZE sales`;
});
afterAll(async () => {
  await database.close();
  await own.drop();
});

test('beside additions, removals, moves and changes of the condition nothing looks wrong', {
  timeout: timeLimit(300_000),
}, async () => {
  const found = await Promise.all(
    shopCounters.map(definition => database.read(reader => readCounterTables(reader, definition))),
  );
  const stop = new AbortController();
  const writers = [1, 2, 3, 4].map(seed => writeSales(own.sql, seed, stop.signal));
  const wrong: Counter[] = [];
  const ids = Array.from({ length: 20 }, (_, index) => String(index + 1));
  try {
    for (let round = 0; round < scaled(4, 100); round += 1) {
      for (const each of found) {
        await auditCounters(database, each, {
          scope: 'mismatched',
          onPage: page => wrong.push(...page.counters),
        });
        const ticked = await database.read(reader => readCounters(reader, each, ids, 'counted'));
        expect(ticked).toHaveLength(20);
        wrong.push(...ticked.filter(isWrong));
      }
    }
  } finally {
    stop.abort();
  }
  const done = await Promise.all(writers);
  expect(Math.min(...done)).toBeGreaterThan(0);
  expect(wrong).toEqual([]);
  // It would have noticed.
  await own.sql`UPDATE shops SET sales = sales + 1, taken = taken - 0.001 WHERE id = 3`;
  await own.sql`DELETE FROM shop_stats WHERE shop_id = 4`;
  for (const each of found) {
    const { totals } = await auditCounters(database, each, { scope: 'mismatched' });
    expect(totals.mismatched).toBe(1);
  }
});
