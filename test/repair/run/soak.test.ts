import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, insertPresets, type TestDatabase } from '../../helpers/database.ts';
import { doRepair, mismatches, request, stateDirectory } from '../../helpers/repair.ts';
import { scaled, timeLimit } from '../../helpers/scale.ts';
import { startTraffic, type Traffic } from '../../helpers/traffic.ts';
import { waitFor } from '../../helpers/wait.ts';

const runs = scaled(1, 20);
// Putting back beside writers that leave no core idle takes long, at the pace that spares them: fewer of both.
const resets = scaled(1, 20);
const deleted = scaled(6_000, 10_000);
const presets = 50;
const records = scaled(20_000, 200_000);
const clients = scaled(3, 8);

let own: TestDatabase;
let database: Database;
let ids: string[];
const directory = stateDirectory();

beforeAll(async () => {
  own = await createDatabase();
  database = connectTo(own.url);
  ids = await insertPresets(
    own.sql,
    Array.from({ length: presets }, (_, index) => `Preset ${index}`),
  );
  await refill(records);
  await own.sql`VACUUM ANALYZE preset_usage`;
}, timeLimit(300_000));
afterAll(async () => {
  await database.close();
  await own.drop();
});

async function refill(records: number) {
  await own.sql`INSERT INTO preset_usage (preset_id, usage_type) SELECT p.id, 'history' FROM presets p, generate_series(1, ${records / presets})`;
}

/** Uses under way for good, so that nothing is repaired in quiet. */
async function busy(): Promise<Traffic> {
  const traffic = startTraffic(own.url, ids, clients);
  await waitFor(async () => {
    await own.sql`SELECT 1`;
    return traffic.made() > clients * 4;
  }, 'traffic');
  return traffic;
}

const drift = () =>
  own.sql`UPDATE presets SET usage_count = usage_count + (1 + random() * 9)::int - 20 * (random() < 0.5)::int`;

test(`${runs} syncs beside ${clients} writing clients: no mismatch is left, and no use fails`, {
  timeout: timeLimit(600_000),
}, async () => {
  for (let run = 0; run < runs; run += 1) {
    await drift();
    const traffic = await busy();
    const before = traffic.made();
    const outcome = await doRepair(database, request('sync', directory));
    const during = traffic.made() - before;
    const failures = await traffic.stop();
    expect(failures).toEqual([]);
    // The traffic was there while it ran, or the run shows nothing.
    expect(during).toBeGreaterThan(0);
    expect({ left: outcome.left, ended: outcome.ended }).toEqual({ left: [], ended: 'finished' });
    expect(await mismatches(own.sql)).toBe(0);
  }
});

test('the plain UPDATE leaves mismatches beside the same traffic: that is why there is a sync', {
  timeout: timeLimit(300_000),
}, async () => {
  let left = 0;
  // On a busy machine few uses meet it.
  for (let run = 0; run < 20 && left === 0; run += 1) {
    await drift();
    const traffic = await busy();
    await own.sql`UPDATE presets SET usage_count = (SELECT count(*) FROM preset_usage u WHERE u.preset_id = presets.id)`;
    await traffic.stop();
    left += await mismatches(own.sql);
  }
  expect(left).toBeGreaterThan(0);
});

test(`${resets} resets with history beside traffic, each undone: every record is back and the counts are right`, {
  timeout: timeLimit(900_000),
}, async () => {
  await own.sql`TRUNCATE preset_usage`;
  await refill(deleted);
  for (let run = 0; run < resets; run += 1) {
    await own.sql`UPDATE presets p SET usage_count = (SELECT count(*) FROM preset_usage u WHERE u.preset_id = p.id)`;
    const [first] = await own.sql<{ records: number }[]>`SELECT count(*)::int AS records FROM preset_usage`;
    const traffic = await busy();
    const outcome = await doRepair(
      database,
      request('reset', directory, {
        options: { lastUsed: false, deleteHistory: true, suppressTriggers: false },
      }),
    );
    expect({ left: outcome.left, ended: outcome.ended }).toEqual({ left: [], ended: 'finished' });
    // Whatever was used during the reset was either deleted and is in the backup, or counted from zero.
    expect(outcome.deleted).toBeGreaterThanOrEqual(first?.records ?? Number.NaN);
    const undone = await doRepair(database, request('undo', directory, { receipt: outcome.receiptId }));
    const failures = await traffic.stop();
    expect(failures).toEqual([]);
    expect({ left: undone.left, ended: undone.ended }).toEqual({ left: [], ended: 'finished' });
    expect(undone.restored).toBe(outcome.deleted);
    const [now] = await own.sql<{ records: number; distinct: number }[]>`
      SELECT count(*)::int AS records, count(DISTINCT id)::int AS distinct FROM preset_usage`;
    expect(now).toEqual({ records: (first?.records ?? 0) + traffic.made(), distinct: now?.records });
    expect(await mismatches(own.sql)).toBe(0);
    await own.sql`DELETE FROM preset_usage WHERE usage_type = 'traffic'`;
  }
});
