import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { insertPresets, insertRecords } from '../helpers/database.ts';
import { RepairBench } from '../helpers/repair-bench.ts';

let bench: RepairBench;
let noir: string;
const withHistory = { options: { deleteHistory: true } };

beforeEach(async () => {
  bench = await RepairBench.open();
  [noir] = (await insertPresets(bench.own.sql, ['Noir', 'Warm'])) as [string];
  await insertRecords(bench.own.sql, noir, 5);
});
afterEach(() => bench.close());

const stray = (by = 1) =>
  bench.own.sql`UPDATE presets SET usage_count = coalesce(usage_count, 0) + ${by} WHERE id = ${noir}`;
const lastUsed = async () =>
  (await bench.own.sql`SELECT last_used_at::text AS at FROM presets WHERE id = ${noir}`)[0]?.at;
const planOf = (receipt: string) => bench.plan('undo', { receipt });

describe('after a stray write, an undo of a reset with its history', () => {
  test('puts the records back with their count, leaves what the write did, and tells it', async () => {
    const before = await bench.tables();
    const time = await lastUsed();
    const reset = await bench.repair('reset', withHistory);
    await stray();
    const plan = await planOf(reset.receiptId);
    expect(plan).toMatchObject({
      recordsToRestore: 5,
      changes: [{ name: 'Noir', before: 1, after: 6, delta: 5, deletes: -5 }],
      left: [{ name: 'Noir', reason: 'moved', message: expect.stringContaining('1 higher') }],
      remarks: expect.arrayContaining([expect.objectContaining({ code: 'difference-stays' })]),
    });
    const undone = await bench.run(plan);
    expect(undone).toMatchObject({ changed: 1, restored: 5, left: [{ name: 'Noir', reason: 'moved' }] });
    expect(await bench.counts()).toMatchObject({ Noir: [6, 5] });
    expect((await bench.tables()).records).toEqual(before.records);
    expect(await lastUsed()).toBe(time);
    const again = await planOf(reset.receiptId);
    expect(again).toMatchObject({ changes: [], recordsToRestore: 0, left: [] });
    expect(again.remarks.map(({ code }) => code)).toContain('nothing-in-effect');
  });

  test('goes on beside the sync of that write, and once that sync is taken back', async () => {
    const reset = await bench.repair('reset', withHistory);
    await stray();
    const synced = await bench.repair('sync');
    const undone = await bench.undo(reset);
    expect(undone).toMatchObject({ restored: 5 });
    expect(await bench.counts()).toMatchObject({ Noir: [5, 5] });
    await bench.undo(synced);
    expect(await bench.counts()).toMatchObject({ Noir: [6, 5] });
  });

  test('of a preset that drifted: the drift comes back only once it is the one that the reset left', async () => {
    await bench.setCounts({ Noir: 9 });
    const before = await bench.tables();
    const reset = await bench.repair('reset', withHistory);
    await stray(2);
    const plan = await planOf(reset.receiptId);
    expect(plan).toMatchObject({
      changes: [{ before: 2, after: 7, delta: 5, deletes: -5 }],
      left: [{ reason: 'moved' }],
    });
    expect(await bench.run(plan)).toMatchObject({ restored: 5, left: [{ reason: 'moved' }] });
    expect(await bench.counts()).toMatchObject({ Noir: [7, 5] });
    expect(await planOf(reset.receiptId)).toMatchObject({ changes: [], left: [{ reason: 'moved' }] });
    await stray(-2);
    expect(await bench.undo(reset)).toMatchObject({ changed: 1, restored: 0, left: [] });
    expect(await bench.tables()).toEqual(before);
  });

  test('that comes between plan and run', async () => {
    await bench.setCounts({ Noir: 9 });
    const reset = await bench.repair('reset', withHistory);
    const plan = await planOf(reset.receiptId);
    await stray(2);
    expect(await bench.run(plan, { fresh: true })).toMatchObject({
      restored: 5,
      left: [{ name: 'Noir', reason: 'moved' }],
    });
    expect(await bench.counts()).toMatchObject({ Noir: [7, 5] });
  });

  test('of a count that was NULL', async () => {
    await bench.setCounts({ Noir: null });
    const before = await bench.tables();
    const reset = await bench.repair('reset', withHistory);
    await stray();
    expect(await bench.undo(reset)).toMatchObject({ restored: 5, left: [{ reason: 'moved' }] });
    expect(await bench.counts()).toMatchObject({ Noir: [6, 5] });
    await stray(-1);
    expect(await bench.undo(reset)).toMatchObject({ restored: 0, left: [] });
    expect(await bench.tables()).toEqual(before);
  });
});

test('beside a newer reset, each brings its own history back, in either order', async () => {
  await bench.setCounts({ Noir: 7 });
  const old = (await bench.tables()).records;
  const time = await lastUsed();
  const first = await bench.repair('reset', withHistory);
  await insertRecords(bench.own.sql, noir, 3);
  const all = [...old, ...(await bench.tables()).records].sort();
  const newest = await lastUsed();
  const second = await bench.repair('reset', withHistory);
  expect(await bench.undo(first)).toMatchObject({
    restored: 5,
    left: [{ reason: 'newer', message: expect.stringContaining(second.receiptId) }],
  });
  expect(await bench.counts()).toMatchObject({ Noir: [5, 5] });
  expect(await bench.undo(second)).toMatchObject({ restored: 3, left: [] });
  expect(await bench.counts()).toMatchObject({ Noir: [8, 8] });
  expect(await lastUsed()).toBe(newest);
  expect(await bench.undo(first)).toMatchObject({ changed: 1, restored: 0, left: [] });
  expect(await bench.counts()).toMatchObject({ Noir: [10, 8] });
  expect((await bench.tables()).records.sort()).toEqual(all);
  expect(await lastUsed()).not.toBe(time);
  expect((await planOf(first.receiptId)).remarks.map(({ code }) => code)).toContain('nothing-in-effect');
});

test('in several parts: what is left of it goes on beside a stray write, and never below zero', async () => {
  await bench.arrange('ALTER TABLE presets ADD CONSTRAINT sane CHECK (usage_count >= 0)');
  await insertRecords(bench.own.sql, noir, 1_500);
  await bench.setCounts({ Noir: 600 });
  const before = await bench.tables();
  const reset = await bench.repair('reset', { presets: ['Noir'], ...withHistory });
  expect((await bench.receipt(reset)).batches.length).toBeGreaterThan(2);
  const stop = new AbortController();
  const partly = await bench.run(await planOf(reset.receiptId), { signal: stop.signal }, () => stop.abort());
  expect(partly).toMatchObject({ ended: 'interrupted' });
  expect(partly.restored).toBeLessThan(1_505);
  await stray(3);
  const rest = await bench.undo(reset);
  expect(rest).toMatchObject({ restored: 1_505 - partly.restored, left: [{ reason: 'moved' }] });
  expect(await bench.counts()).toMatchObject({ Noir: [1_508, 1_505] });
  await stray(-3);
  expect(await bench.undo(reset)).toMatchObject({ changed: 1, restored: 0, left: [] });
  expect(await bench.tables()).toEqual(before);
});

test('records whose user was gone come back once the user does, and until then it does not count as undone', async () => {
  const user = 'a0a0a0a0-0000-4000-8000-00000000000a';
  await bench.own.sql`INSERT INTO users (id, email) VALUES (${user}, 'a@example.org')`;
  await bench.own.sql`UPDATE preset_usage SET user_id = ${user}
    WHERE id IN (SELECT id FROM preset_usage ORDER BY id LIMIT 3)`;
  await bench.setCounts({ Noir: null });
  const before = await bench.tables();
  const reset = await bench.repair('reset', withHistory);
  await bench.own.sql`DELETE FROM users WHERE id = ${user}`;
  expect(await bench.undo(reset)).toMatchObject({ restored: 2, left: [{ reason: 'reference' }] });
  const [, count] = [await bench.tables(), (await bench.counts()).Noir?.[0] ?? 0];
  expect(count).toBeGreaterThanOrEqual(0);
  expect(await planOf(reset.receiptId)).toMatchObject({ recordsToRestore: 3 });
  await bench.own.sql`INSERT INTO users (id, email) VALUES (${user}, 'a@example.org')`;
  expect(await bench.undo(reset)).toMatchObject({ restored: 3, left: [] });
  expect(await bench.tables()).toEqual(before);
});

test('a sync whose difference would take the count below zero now is left alone', async () => {
  await bench.setCounts({ Noir: 1 });
  const synced = await bench.repair('sync');
  await bench.own.sql`DELETE FROM preset_usage WHERE id IN (SELECT id FROM preset_usage LIMIT 3)`;
  await bench.setCounts({ Noir: 2 });
  const plan = await planOf(synced.receiptId);
  expect(plan).toMatchObject({
    changes: [],
    left: [{ reason: 'moved', message: expect.stringContaining('below zero') }],
  });
  expect(await bench.counts()).toMatchObject({ Noir: [2, 2] });
});
