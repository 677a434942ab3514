import { afterEach, beforeEach, expect, test } from 'vitest';
import { RepairBench } from '../helpers/repair-bench.ts';

let bench: RepairBench;
const schema = 'app';
const withHistory = { counter: schema, options: { deleteHistory: true } };

// A preset whose key is empty, next to records of no preset at all.
beforeEach(async () => {
  bench = await RepairBench.open();
  await bench.arrange(`CREATE SCHEMA app;
    CREATE TABLE app.presets (id text PRIMARY KEY, name text, usage_count int, last_used_at timestamptz);
    CREATE TABLE app.preset_usage (id serial PRIMARY KEY, preset_id text, created_at timestamptz DEFAULT now());
    INSERT INTO app.presets VALUES ('', 'Empty', 4, now()), ('a', 'A', 2, now());
    INSERT INTO app.preset_usage (preset_id) VALUES (''), (''), (''), ('a'), ('a'), (NULL), (NULL), ('gone')`);
});
afterEach(() => bench.close());

test('is synced, and taken back', async () => {
  const before = await bench.tables(schema);
  const synced = await bench.repair('sync', { counter: schema, presets: ['Empty'] });
  expect(synced).toMatchObject({ changed: 1, left: [] });
  expect(await bench.counts(schema)).toEqual({ Empty: [3, 3], A: [2, 2] });
  expect(await bench.undo(synced, { counter: schema })).toMatchObject({ changed: 1, left: [] });
  expect(await bench.tables(schema)).toEqual(before);
});

test('is reset with its history, and gets back its own records and no others', async () => {
  const before = await bench.tables(schema);
  const all = await bench.repair('reset', withHistory);
  const own = await bench.repair('reset', { ...withHistory, presets: ['Empty'] });
  expect((await bench.tables(schema)).records).toEqual([]);
  expect(await bench.counts(schema)).toEqual({ Empty: [0, 0], A: [0, 0] });
  const undone = [await bench.undo(own, { counter: schema }), await bench.undo(all, { counter: schema })];
  expect(undone).toMatchObject([{ left: [] }, { left: [] }]);
  expect(undone.reduce((sum, { restored }) => sum + restored, 0)).toBe(8);
  expect(await bench.tables(schema)).toEqual(before);
  for (const { receiptId: receipt } of [own, all]) {
    const { changes, recordsToRestore } = await bench.plan('undo', { counter: schema, receipt });
    expect({ changes, recordsToRestore }).toEqual({ changes: [], recordsToRestore: 0 });
  }
});
