import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../source/connection/transactions.ts';
import { planSimulation } from '../../source/simulation/read-plan.ts';
import { runSimulation } from '../../source/simulation/run.ts';
import { connectTo } from '../helpers/connect.ts';
import { createDatabase, insertPresets, type TestDatabase } from '../helpers/database.ts';
import { scaled, timeLimit } from '../helpers/scale.ts';

const simulations = scaled(15, 200);
const writers = 4;

let own: TestDatabase;
let database: Database;

beforeAll(async () => {
  own = await createDatabase();
  database = connectTo(own.url);
});
afterAll(async () => {
  await database.close();
  await own.drop();
});

test(`${simulations} simulations beside live traffic: each confirmed, none leaves a record, no use is lost`, {
  timeout: timeLimit(300_000),
}, async () => {
  const ids = await insertPresets(own.sql, ['Noir', 'Pastel', 'Sepia']);
  let made = 0;
  let stopped = false;
  const write = async () => {
    while (!stopped) {
      await own.sql`SELECT track_preset_usage(${ids[made % ids.length]!}, 'live')`;
      made += 1;
    }
  };
  const traffic = Array.from({ length: writers }, write);
  try {
    const request = { counter: 'public', preset: ids[0]!, asUser: null, asRole: null, readOnly: false };
    // The traffic is there all along, or the test shows nothing.
    for (let run = 0; run < simulations || made <= simulations; run += 1) {
      const plan = await planSimulation(database, request);
      const { confirmed, uses, failures } = await runSimulation(database, plan, {
        timeout: 30,
        lockTimeout: 2,
      });
      expect({ confirmed, uses, failures }).toMatchObject({ confirmed: true, failures: [] });
    }
  } finally {
    stopped = true;
    await Promise.all(traffic);
  }
  const [row] = await own.sql<{ counts: number; records: number; wrong: number }[]>`
    SELECT (SELECT sum(usage_count) FROM presets)::int AS counts, (SELECT count(*) FROM preset_usage)::int AS records,
           (SELECT count(*) FROM presets p WHERE usage_count <> (SELECT count(*) FROM preset_usage u WHERE u.preset_id = p.id))::int AS wrong`;
  expect(row).toEqual({ counts: made, records: made, wrong: 0 });
});
