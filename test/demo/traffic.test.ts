import type postgres from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeDemoData } from '../../source/demo/data/data.ts';
import type { Demo } from '../../source/demo/start.ts';
import { makeTraffic } from '../../source/demo/traffic.ts';
import {
  connectFragile,
  connectTo,
  drifts,
  plantedDrifts,
  readCounterRows,
  startTestDemo,
  until,
} from './helpers.ts';

const data = makeDemoData();
const history = data.presets.reduce((sum, preset) => sum + preset.records.length, 0);
// Fast, so that dozens of uses come due while a test holds a transaction open.
const pace = { shortest: 2, longest: 10 };

let demo: Demo;
let sql: postgres.Sql;
let holder: postgres.Sql;

beforeAll(async () => {
  demo = await startTestDemo({ traffic: true, pace });
  sql = connectTo(demo);
});
afterAll(async () => {
  await sql?.end({ timeout: 1 });
  await demo?.stop();
});
beforeEach(() => {
  holder = connectTo(demo);
});
afterEach(() => holder.end({ timeout: 1 }));

describe('traffic', () => {
  it('raises counts and records together', async () => {
    await waitForUses(30);
    const rows = await readCounterRows(sql);
    expect(drifts(rows)).toEqual(plantedDrifts());
    const reset = new Set(
      data.mistakes.filter(({ reason }) => reason === 'reset-kept-history').map(m => m.name),
    );
    expect(rows.filter(row => !row.lastUsedRight && !reset.has(row.name))).toEqual([]);
  });

  it('is the same in every run', async () => {
    await waitForUses(30);
    const stored = await storedUses();
    expect(stored).toEqual(expectedUses(stored.length));
  });

  it('stays out of an open transaction, and loses nothing when that is rolled back', async () => {
    const seen = new Set<number>();
    const own = data.presets[0]!.id;
    const held = holder.begin(async transaction => {
      await transaction`SELECT track_preset_usage(${own}, 'generation')`;
      const release = Date.now() + 300;
      while (Date.now() < release) seen.add(await countRecords(transaction));
      throw new Error('rolled back');
    });
    await expect(held).rejects.toThrow('rolled back');
    expect(seen.size).toBe(1);

    await waitForUses(20);
    const stored = await storedUses();
    expect(stored).toEqual(expectedUses(stored.length));
    expect(drifts(await readCounterRows(sql))).toEqual(plantedDrifts());
  });

  it('goes on after a client that died in its transaction, which is rolled back', async () => {
    const fragile = connectFragile(demo);
    const holding = Promise.withResolvers<void>();
    const held = fragile.sql.begin(async transaction => {
      await transaction`SELECT track_preset_usage(${data.presets[0]!.id}, 'generation')`;
      holding.resolve();
      await new Promise(() => {});
    });
    held.catch(() => {});
    await holding.promise;
    fragile.cut();

    await waitForUses(20);
    const stored = await storedUses();
    expect(stored).toEqual(expectedUses(stored.length));
    expect(drifts(await readCounterRows(sql))).toEqual(plantedDrifts());
  });

  it('waits for a cursor that is read bit by bit', async () => {
    let previous: number | undefined;
    let uses = 0;
    for await (const [row] of holder`SELECT preset_id, (SELECT count(*)::int FROM preset_usage) AS records
        FROM preset_usage LIMIT 200`.cursor(1)) {
      previous ??= row?.records;
      expect(row?.records).toBe(previous);
      uses += 1;
    }
    expect(uses).toBe(200);
    await waitForUses(5);
  });

  it('goes on after uses that PostgreSQL refuses, which are lost', async () => {
    // A sequence stays as it is when a use is rolled back, so it tells how many were refused.
    await holder`CREATE SEQUENCE refused`;
    await holder`ALTER FUNCTION track_preset_usage(uuid, text, jsonb) RENAME TO track_no_more`;
    await holder.unsafe(`CREATE FUNCTION track_preset_usage(uuid, text, jsonb) RETURNS uuid LANGUAGE plpgsql AS $$
      BEGIN PERFORM nextval('refused'); RAISE EXCEPTION 'refused'; END $$`);
    const before = await countRecords(holder);
    await until(async () => {
      expect(await countRecords(holder)).toBe(before);
      const [row] = await holder<{ uses: number }[]>`SELECT last_value::int AS uses FROM refused`;
      return row!.uses > 5;
    });
    await holder`DROP FUNCTION track_preset_usage(uuid, text, jsonb)`;
    await holder`ALTER FUNCTION track_no_more(uuid, text, jsonb) RENAME TO track_preset_usage`;

    await waitForUses(5);
    const stored = await storedUses();
    expect(stored).not.toEqual(expectedUses(stored.length));
    expect(drifts(await readCounterRows(sql))).toEqual(plantedDrifts());
  });
});

/** Waits until that many more uses than now are stored. */
async function waitForUses(uses: number): Promise<void> {
  const wanted = (await countRecords(sql)) + uses;
  await until(async () => (await countRecords(sql)) >= wanted);
}

async function countRecords(client: postgres.Sql | postgres.TransactionSql): Promise<number> {
  const [row] = await client<{ records: number }[]>`SELECT count(*)::int AS records FROM preset_usage`;
  return row!.records;
}

/** What the traffic stored, oldest first. */
async function storedUses() {
  return sql`
    SELECT preset_id AS "presetId", user_id AS "userId", usage_type AS "usageType", usage_data AS "usageData"
    FROM preset_usage ORDER BY created_at OFFSET ${history}`;
}

/** What it must have stored: its order follows from the seed, so a use lost or made twice shows. */
function expectedUses(uses: number) {
  return makeTraffic(data, pace)
    .take(uses)
    .map(({ pause, ...stored }) => stored)
    .toArray();
}
